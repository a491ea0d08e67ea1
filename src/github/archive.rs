//! A downloaded archive. It may come from anybody's pull request: only the contents of files are taken, up to a size,
//! and no name in it becomes a path.

use std::io::{Cursor, Read as _};

use super::GithubError;

/// What is taken from an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the archive.
    pub packed: u64,
    /// Bytes of all files together, unpacked.
    pub unpacked: u64,
    /// Files.
    pub files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { packed: 64 << 20, unpacked: 256 << 20, files: 200 }
    }
}

/// The contents of the archive's files whose names end with `ending`, with those names, sorted by name. Folders,
/// links and encrypted files are passed over.
///
/// # Errors
/// When it is no archive or goes beyond a limit.
pub fn unpack(
    name: &str,
    archive: Vec<u8>,
    ending: &str,
    limits: Limits,
) -> Result<Vec<(String, Vec<u8>)>, GithubError> {
    let refused = |why: String| GithubError::Refused { name: name.to_owned(), why };
    if archive.len() as u64 > limits.packed {
        return Err(refused(format!("it has more than {} bytes", limits.packed)));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).map_err(|error| refused(error.to_string()))?;
    if archive.len() > limits.files {
        return Err(refused(format!("it has {} files, more than {}", archive.len(), limits.files)));
    }
    let mut files = Vec::new();
    let mut room = limits.unpacked;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| refused(error.to_string()))?;
        // A name that is no text is nobody's recording.
        let Some(name) = file.name().ok().map(|name| name.into_owned()) else { continue };
        if !file.is_file() || file.encrypted() || !name.ends_with(ending) {
            continue;
        }
        let mut text = Vec::new();
        // The size that the archive tells is the archive's word: what comes out is counted.
        file.take(room + 1).read_to_end(&mut text).map_err(|error| refused(error.to_string()))?;
        room = room
            .checked_sub(text.len() as u64)
            .ok_or_else(|| refused(format!("unpacked it has more than {} bytes", limits.unpacked)))?;
        files.push((name, text));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn only_files_with_the_ending_come_out_and_names_stay_names() {
        let packed = archive(&[("../../etc/x.json", b"1"), ("a/b.json", b"2"), ("dump.hprof", b"3")]);
        let files = unpack("r", packed, ".json", Limits::default()).unwrap();
        assert_eq!(files, [("../../etc/x.json".to_owned(), b"1".to_vec()), ("a/b.json".to_owned(), b"2".to_vec())]);
    }

    #[test]
    fn a_bomb_is_refused_by_what_comes_out_of_it() {
        let bomb = archive(&[("a.json", &vec![b' '; 1 << 20]), ("b.json", &vec![b' '; 1 << 20])]);
        assert!(bomb.len() < 10_000);
        let limits = Limits { unpacked: (2 << 20) - 1, ..Limits::default() };
        let error = unpack("r", bomb.clone(), ".json", limits).unwrap_err().to_string();
        assert!(error.contains("unpacked it has more than 2097151 bytes"), "{error}");
        assert_eq!(unpack("r", bomb.clone(), ".json", Limits { unpacked: 2 << 20, ..limits }).unwrap().len(), 2);
        assert!(unpack("r", bomb.clone(), ".json", Limits { files: 1, ..Limits::default() }).is_err());
        assert!(unpack("r", bomb, ".json", Limits { packed: 10, ..Limits::default() }).is_err());
    }

    #[test]
    fn what_is_no_archive_or_a_cut_one_is_refused() {
        let whole = archive(&[("a.json", &[7; 5000])]);
        for cut in 0..whole.len() {
            let _ = unpack("r", whole[..cut].to_vec(), ".json", Limits::default());
        }
        assert!(unpack("r", b"<html>".to_vec(), ".json", Limits::default()).is_err());
    }
}
