//! What a project's folder tells about starting its service.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::ecosystem;

/// What is known of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    pub ecosystem: Ecosystem,
    /// Program and arguments that start the service.
    pub command: Vec<String>,
    /// What builds it.
    pub build: Option<Vec<String>>,
    pub port: u16,
    /// Path of a health check, where one is known to be there.
    pub health: Option<String>,
    /// What was recognized, in one sentence.
    pub why: String,
    /// What was guessed.
    pub doubts: Vec<String>,
}

/// What the service is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ecosystem {
    Jvm,
    Node,
    Python,
    Go,
    Other,
}

/// The files of a folder, read with a bound.
pub(super) struct Folder<'a>(&'a Path);

impl Project {
    /// Looks at a folder; where nothing is recognized, the command is a placeholder.
    pub fn look_at(folder: &Path) -> Self {
        let folder = Folder(folder);
        let known = [ecosystem::jvm, ecosystem::node, ecosystem::python, ecosystem::go, ecosystem::container];
        let mut project = known.iter().find_map(|look| look(&folder)).unwrap_or_else(unknown);
        if let Some(port) = folder.read("Dockerfile").and_then(|text| exposed(&text)) {
            project.port = port;
        }
        project
    }
}

impl Folder<'_> {
    /// The text of a file, up to 1 MiB; nothing where there is none.
    pub fn read(&self, name: &str) -> Option<String> {
        let path = self.0.join(name);
        if !path.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        File::open(path).ok()?.take(1 << 20).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Whether there is a file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.0.join(name).is_file()
    }

    /// The first of these files that is there.
    pub fn first<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// Name of the folder.
    pub fn name(&self) -> String {
        let path = self.0.canonicalize().unwrap_or_else(|_| self.0.to_owned());
        path.file_name().map_or_else(|| "service".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

/// Words as a command.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn exposed(dockerfile: &str) -> Option<u16> {
    let line = dockerfile.lines().find_map(|line| line.trim().strip_prefix("EXPOSE "))?;
    let port = line.split_whitespace().next()?;
    port.split('/').next()?.parse().ok().filter(|port| *port > 0)
}

fn unknown() -> Project {
    Project {
        ecosystem: Ecosystem::Other,
        command: words("./service --port 8080"),
        build: None,
        port: 8080,
        health: None,
        why: "nothing was recognized in this folder: the command is a placeholder".to_owned(),
        doubts: vec!["`command`: what starts the service".to_owned()],
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A folder with these files.
    pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn an_exposed_port_wins_over_the_usual_one() {
        let files = folder(&[("package.json", r#"{"main": "x.js"}"#), ("Dockerfile", "FROM node\nEXPOSE 7000/tcp\n")]);
        assert_eq!(Project::look_at(files.path()).port, 7000);
    }

    #[test]
    fn an_empty_folder_gets_a_placeholder_and_says_so() {
        let project = Project::look_at(folder(&[]).path());
        assert_eq!(project.ecosystem, Ecosystem::Other);
        assert!(!project.doubts.is_empty());
    }
}
