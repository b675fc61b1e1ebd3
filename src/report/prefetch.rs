//! Asking for memory before it is needed. An import waits for memory more than for anything else: tables and rows do not
//! fit the cache, but which of them comes next is known early.

/// Lets the processor bring what is at `value` near, meanwhile; changes nothing, and does nothing on other processors.
#[inline(always)]
pub(crate) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: needs SSE, which every x86-64 processor has; a prefetch reads nothing that the program sees.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}
