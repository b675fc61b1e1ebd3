//! "Did you mean": the nearest known name.

/// The known name nearest to `word`, where it is near enough to be a slip of the hand.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = word.chars().count().div_ceil(3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (distance(&word, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits between two names; two neighbours swapped are one edit. Long names are compared by their beginning.
fn distance(one: &str, other: &str) -> usize {
    const LONGEST: usize = 128;
    let one: Vec<char> = one.chars().take(LONGEST).collect();
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let substituted = above[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut edits = substituted.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                edits = edits.min(before[j - 2] + 1);
            }
            row.push(edits);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_none() {
        let tables = ["rtb_daily", "creatives", "pretargeting_configs"];
        assert_eq!(nearest("rtb_dayly", tables), Some("rtb_daily"));
        assert_eq!(nearest("CREATIVE", tables), Some("creatives"));
        assert_eq!(nearest("coutn", ["cot", "count"]), Some("count"));
        assert_eq!(nearest("passwd", tables), None);
    }
}
