//! What a width and a height are called, and which creatives can serve what reports call a size; both from
//! `schema/sizes.toml`.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    standard: Vec<String>,
    label: Vec<SizeLabel>,
}

/// A label that stands for many sizes, and what can serve it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeLabel {
    /// As reports say it.
    pub name: String,
    /// Every creative of these formats.
    pub formats: Vec<String>,
    /// HTML creatives of these sizes.
    #[serde(default)]
    pub html_sizes: Vec<String>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../schema/sizes.toml"))
        .expect("schema/sizes.toml is part of the program and read by a unit test")
});

static STANDARD: LazyLock<Vec<(i64, i64)>> = LazyLock::new(|| {
    let sides = |size: &String| {
        let (width, height) = size.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    };
    let sizes: Option<Vec<(i64, i64)>> = FILE.standard.iter().map(sides).collect();
    sizes.expect("schema/sizes.toml is part of the program and read by a unit test")
});

/// A size as it is told to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreativeSize {
    /// One of those that are traded everywhere; width and height.
    Standard(i64, i64),
    /// A side is 0: as large as its place.
    Fluid,
    /// 1x1.
    Responsive,
    /// Half as wide as high, or a little more.
    VerticalVideo,
    /// As 16 to 9.
    HorizontalVideo,
    /// As wide as high.
    Square,
    /// As 4 to 5.
    Portrait,
    /// None of these.
    NonStandard,
}

impl CreativeSize {
    /// The sizes that are traded everywhere; width and height.
    pub fn standard() -> &'static [(i64, i64)] {
        &STANDARD
    }

    /// The labels of which it is known what can serve them.
    pub fn labels() -> &'static [SizeLabel] {
        &FILE.label
    }

    /// The name of a width and a height in pixels.
    pub fn of(width: i64, height: i64) -> Self {
        if Self::standard().contains(&(width, height)) {
            return Self::Standard(width, height);
        }
        if width <= 0 || height <= 0 {
            return Self::Fluid;
        }
        if (width, height) == (1, 1) {
            return Self::Responsive;
        }
        // In whole numbers, so that the borders belong to the names on every machine.
        let (width, height) = (i128::from(width) * 10, i128::from(height));
        let is_from = |low: i128, high: i128| (low * height..=high * height).contains(&width);
        match () {
            () if is_from(5, 6) => Self::VerticalVideo,
            () if is_from(17, 18) => Self::HorizontalVideo,
            () if is_from(9, 11) => Self::Square,
            () if is_from(7, 8) => Self::Portrait,
            () => Self::NonStandard,
        }
    }
}

impl fmt::Display for CreativeSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(width, height) => write!(f, "{width}x{height}"),
            Self::Fluid => f.write_str("Fluid"),
            Self::Responsive => f.write_str("Responsive"),
            Self::VerticalVideo => f.write_str("Vertical video"),
            Self::HorizontalVideo => f.write_str("Horizontal video"),
            Self::Square => f.write_str("Square"),
            Self::Portrait => f.write_str("Portrait 4:5"),
            Self::NonStandard => f.write_str("Non-standard"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_standard_sizes_and_labels_once() {
        let mut sizes = CreativeSize::standard().to_vec();
        sizes.sort_unstable();
        sizes.dedup();
        assert_eq!(sizes.len(), 15);
        let labels: Vec<&str> = CreativeSize::labels().iter().map(|label| label.name.as_str()).collect();
        assert_eq!(labels, ["Video/Overlay", "Rewarded", "Native", "Interstitial"]);
        assert_eq!(CreativeSize::labels()[3].html_sizes.len(), 6);
    }

    #[test]
    fn a_size_has_one_name() {
        for (width, height, name) in [
            (300, 250, "300x250"),
            (180, 150, "180x150"),
            (250, 250, "250x250"),
            (0, 0, "Fluid"),
            (0, 250, "Fluid"),
            (1, 1, "Responsive"),
            (1080, 1920, "Vertical video"),
            (50, 100, "Vertical video"),
            (60, 100, "Vertical video"),
            (1920, 1080, "Horizontal video"),
            (17, 10, "Horizontal video"),
            (640, 360, "Horizontal video"),
            (400, 400, "Square"),
            (90, 100, "Square"),
            (110, 100, "Square"),
            (1080, 1350, "Portrait 4:5"),
            (70, 100, "Portrait 4:5"),
            (300, 251, "Non-standard"),
            (250, 300, "Non-standard"),
            (320, 480, "Non-standard"),
            (i64::MAX, 1, "Non-standard"),
        ] {
            assert_eq!(CreativeSize::of(width, height).to_string(), name, "{width}x{height}");
        }
    }
}
