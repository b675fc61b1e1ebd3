//! "Did you mean": the nearest known name.

/// The known name nearest to `word`, where it is near enough to be a slip of the hand.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (distance(&word, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Levenshtein distance, capped to short names by the callers' limits on text.
fn distance(one: &str, other: &str) -> usize {
    const LONGEST: usize = 128;
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().take(LONGEST).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, against) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *against);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_none() {
        let tables = ["rtb_daily", "creatives", "pretargeting_configs"];
        assert_eq!(nearest("rtb_dayly", tables), Some("rtb_daily"));
        assert_eq!(nearest("CREATIVE", tables), Some("creatives"));
        assert_eq!(nearest("passwd", tables), None);
    }
}
