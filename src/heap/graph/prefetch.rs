//! Asking the memory ahead of time.

/// Lets the memory fetch a row that is needed soon: passes over a graph wait for little else.
#[expect(unsafe_code, reason = "there is no safe name for the instruction, which is worth a tenth of a pass")]
#[cfg(target_arch = "x86_64")]
#[inline]
pub(in crate::heap) fn prefetch<T>(rows: &[T], row: usize) {
    use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    if let Some(row) = rows.get(row) {
        // SAFETY: a hint about an address within a live slice; nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(row).cast()) };
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(in crate::heap) fn prefetch<T>(_rows: &[T], _row: usize) {}
