//! Smallest and largest value of a chunk, gathered page by page, and whether the pages' bounds are in order.

use parquet::basic::BoundaryOrder;

/// Bounds of the pages so far. Pages without a value do not count.
pub(super) struct Extremes<T> {
    whole: Option<(T, T)>,
    last: Option<(T, T)>,
    ascending: bool,
    descending: bool,
}

impl<T: Copy + Ord> Extremes<T> {
    pub(super) fn new() -> Self {
        Self { whole: None, last: None, ascending: true, descending: true }
    }

    /// Takes the values of the next page, and gives its bounds.
    pub(super) fn page(&mut self, values: &[T]) -> Option<(T, T)> {
        let first = *values.first()?;
        let (min, max) = values.iter().fold((first, first), |(min, max), value| (min.min(*value), max.max(*value)));
        if let Some((last_min, last_max)) = self.last {
            self.ascending &= last_min <= min && last_max <= max;
            self.descending &= last_min >= min && last_max >= max;
        }
        self.last = Some((min, max));
        self.whole = Some(self.whole.map_or((min, max), |(low, high)| (low.min(min), high.max(max))));
        self.last
    }

    /// Bounds of the chunk; none where all is null.
    pub(super) fn chunk(&self) -> Option<(T, T)> {
        self.whole
    }

    pub(super) fn order(&self) -> BoundaryOrder {
        match (self.ascending, self.descending) {
            (true, _) => BoundaryOrder::ASCENDING,
            (false, true) => BoundaryOrder::DESCENDING,
            (false, false) => BoundaryOrder::UNORDERED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_in_order_when_both_bounds_are() {
        let order = |pages: &[&[i32]]| {
            let mut extremes = Extremes::new();
            pages.iter().for_each(|page| {
                extremes.page(page);
            });
            (extremes.order(), extremes.chunk())
        };
        assert_eq!(order(&[&[2, 1], &[], &[1, 5]]), (BoundaryOrder::ASCENDING, Some((1, 5))));
        assert_eq!(order(&[&[4, 9], &[3, 9]]), (BoundaryOrder::DESCENDING, Some((3, 9))));
        assert_eq!(order(&[&[1, 9], &[2, 3]]), (BoundaryOrder::UNORDERED, Some((1, 9))));
        assert_eq!(order(&[&[]]), (BoundaryOrder::ASCENDING, None));
    }
}
