//! Who listens on a port.

use procfs::net::{TcpState, tcp, tcp6};
use procfs::process::{FDTarget, all_processes};

/// `name` and pid of a process that listens on the port, where it may be seen.
pub(crate) fn holder(port: u16) -> Option<(String, u32)> {
    let sockets = tcp().into_iter().chain(tcp6()).flatten();
    let listening = sockets.filter(|entry| entry.state == TcpState::Listen && entry.local_address.port() == port);
    let inodes: Vec<u64> = listening.map(|entry| entry.inode).collect();
    if inodes.is_empty() {
        return None;
    }
    let holds = |target: &FDTarget| matches!(target, FDTarget::Socket(inode) if inodes.contains(inode));
    let mut processes = all_processes().into_iter().flatten().flatten();
    let process = processes.find(|process| process.fd().into_iter().flatten().flatten().any(|fd| holds(&fd.target)))?;
    Some((process.stat().ok()?.comm, process.pid.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listener_is_named() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(holder(port).unwrap().1, std::process::id());
        drop(listener);
        assert_eq!(holder(port), None);
    }
}
