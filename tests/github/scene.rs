//! Files of a machine or repository that a test makes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Writes a file with the folders above it; a script may be executed.
pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    if text.starts_with("#!") {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}
