//! "Did you mean": the nearest known word.

/// The known word that is most like `word`, if one is like it at all.
///
/// Likeness is the optimal string alignment distance ([`strsim::osa_distance`]), so that a swap of
/// two letters counts once; up to a third of the letters may differ.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let folded = word.to_lowercase().replace('_', "-");
    let allowed = (folded.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&folded, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_noise_finds_none() {
        let known = ["warm-up", "steady", "cool-down"];
        assert_eq!(nearest("steayd", known), Some("steady"));
        assert_eq!(nearest("warm_up", known), Some("warm-up"));
        assert_eq!(nearest("Cooldown", known), Some("cool-down"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }
}
