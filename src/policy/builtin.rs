//! The policies that come with Plimsoll.

/// Name and text of each; `extends = ["name"]` finds them.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("web-service", include_str!("../../policies/web-service.toml")),
    ("strict", include_str!("../../policies/strict.toml")),
    ("release", include_str!("../../policies/release.toml")),
];

/// The text of a policy that comes with Plimsoll.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
