//! Work that several threads share, where each takes a part of its own.

/// Does the work for each item in a thread of its own, the first one in this thread; the results are in the order of
/// the items. A panic goes on here.
pub(crate) fn in_threads<I: Send, T: Send>(items: impl IntoIterator<Item = I>, work: impl Fn(I) -> T + Sync) -> Vec<T> {
    let work = &work;
    let mut items = items.into_iter();
    let Some(first) = items.next() else { return Vec::new() };
    std::thread::scope(|scope| {
        let others: Vec<_> = items.map(|item| scope.spawn(move || work(item))).collect();
        let first = work(first);
        let joined = others.into_iter().map(|other| other.join());
        let others = joined.map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        assert_eq!(in_threads(0..5, |n| n * n), [0, 1, 4, 9, 16]);
        assert!(in_threads(0..0, |n: i32| n).is_empty());
        let mut parts = [1, 2, 3];
        in_threads(parts.iter_mut(), |part| *part += 1);
        assert_eq!(parts, [2, 3, 4]);
    }
}
