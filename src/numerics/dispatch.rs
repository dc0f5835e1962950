//! Vector instructions, chosen at run time for the CPU at hand.

use pulp::{Arch, WithSimd};

/// Does `work` with the widest vectors that the CPU has: loops that are inlined
/// into it are compiled for each class of CPU.
#[inline(always)]
pub(crate) fn dispatch<W: WithSimd>(work: W) -> W::Output {
    #[cfg(test)]
    if WITHOUT_VECTORS.get() {
        return work.with_simd(pulp::Scalar::new());
    }
    Arch::new().dispatch(work)
}

#[cfg(test)]
thread_local! {
    static WITHOUT_VECTORS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Does `work` without vector instructions, as far as it stays on this thread.
#[cfg(test)]
pub(crate) fn without_vectors<T>(work: impl FnOnce() -> T) -> T {
    WITHOUT_VECTORS.set(true);
    let result = work();
    WITHOUT_VECTORS.set(false);
    result
}
