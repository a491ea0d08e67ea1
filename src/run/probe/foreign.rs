//! Processes that no probe looks into: which runtime it is, and what is gated all the same.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::process::Process;
use crate::record::Unseen;

/// Programs that start others and hold nothing of interest.
const WRAPPERS: [&str; 14] = [
    "sh",
    "bash",
    "dash",
    "zsh",
    "ash",
    "busybox",
    "tini",
    "dumb-init",
    "env",
    "sudo",
    "su",
    "make",
    "timeout",
    "sleep",
];

/// What cannot be seen of such a process; `None` for shells and other wrappers.
pub(super) fn unseen(process: &Process) -> Option<Unseen> {
    let executable = process.executable.as_str();
    if executable.is_empty() || WRAPPERS.contains(&executable) {
        return None;
    }
    Some(Unseen {
        what: format!("heap of `{executable}` ({})", kind(process)),
        why: "there is no probe for this runtime: rss, pss, anon, working set, peaks, threads and descriptors are \
              gated, `live` and owners are not"
            .to_owned(),
    })
}

/// The runtime in a word.
fn kind(process: &Process) -> &'static str {
    let executable = process.executable.as_str();
    let libraries = process.libraries();
    let maps = |start: &str| libraries.iter().any(|name| name.starts_with(start));
    match executable {
        _ if executable.starts_with("ruby") || maps("libruby") => "ruby",
        _ if executable == "dotnet" || maps("libcoreclr") => "dotnet",
        _ if executable.starts_with("php") || maps("libphp") => "php",
        "deno" | "bun" => "javascript",
        "beam.smp" => "erlang",
        _ if is_go(process) => "go",
        _ => "native",
    }
}

/// Whether the executable has Go's section with build facts.
fn is_go(process: &Process) -> bool {
    let read = || -> std::io::Result<bool> {
        let mut file = File::open(format!("/proc/{}/exe", process.pid))?;
        let mut header = [0; 64];
        file.read_exact(&mut header)?;
        let Some(names) = section_names(&header, &mut file)? else {
            return Ok(false);
        };
        Ok(names.windows(14).any(|window| window == b".go.buildinfo\0"))
    };
    read().unwrap_or(false)
}

/// The table of section names of a 64-bit little-endian ELF file, up to 64 KiB of it.
fn section_names(header: &[u8; 64], file: &mut File) -> std::io::Result<Option<Vec<u8>>> {
    if header[..6] != [0x7f, b'E', b'L', b'F', 2, 1] {
        return Ok(None);
    }
    let half = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
    let sections = u64::from_le_bytes(*header[40..].first_chunk().unwrap_or(&[0; 8]));
    let entry = half(58).checked_mul(half(62)).and_then(|offset| offset.checked_add(sections));
    let mut section = [0; 64];
    file.seek(SeekFrom::Start(entry.unwrap_or(u64::MAX >> 1)))?;
    file.read_exact(&mut section)?;
    let field = |at: usize| u64::from_le_bytes(*section[at..].first_chunk().unwrap_or(&[0; 8]));
    file.seek(SeekFrom::Start(field(24) & (u64::MAX >> 1)))?;
    let mut names = Vec::new();
    file.take(field(32).min(64 << 10)).read_to_end(&mut names)?;
    Ok(Some(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_native_program_is_named_with_what_is_still_gated() {
        let own = Process::read(std::process::id()).unwrap();
        let unseen = unseen(&own).unwrap();
        assert!(unseen.what.starts_with("heap of `plimsoll"), "{}", unseen.what);
        assert!(unseen.what.ends_with("(native)"), "{}", unseen.what);
        assert!(unseen.why.contains("rss"));
    }
}
