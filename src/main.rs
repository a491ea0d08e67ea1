//! The thin binary: everything it does is in the library.

fn main() -> std::process::ExitCode {
    give_memory_back();
    plimsoll::commands::main()
}

/// Has large tables go back to the system when they are freed: left alone, glibc keeps tables of up to 32 MiB for
/// later once it has seen one freed, a tenth of the memory of an analysis (`mallopt(3)`, `M_MMAP_THRESHOLD`).
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "the allocator is told by a function of C")]
fn give_memory_back() {
    const LARGE: nix::libc::c_int = 512 << 10;
    // SAFETY: it changes a number of the allocator, and no other thread runs yet.
    unsafe { nix::libc::mallopt(nix::libc::M_MMAP_THRESHOLD, LARGE) };
}

#[cfg(not(target_env = "gnu"))]
fn give_memory_back() {}
