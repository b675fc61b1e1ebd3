//! Repeatable chance: a small generator of numbers, and draws by weight in constant time.
//!
//! Invariant: the same seed gives the same draws on every machine. Weights are computed with additions, divisions
//! and square roots only, which IEEE 754 rounds exactly; `powf`, `exp` and `ln` may differ from libm to libm.

/// A splitmix64 sequence: one addition and three multiply-shift rounds a draw.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

const GOLDEN_STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The sequence of `seed`, told apart from other uses of the same seed by `stream`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut start = Self(seed);
        Self(start.next() ^ stream.wrapping_mul(GOLDEN_STEP))
    }

    /// 64 even bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..below`.
    pub fn below(&mut self, below: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(below)) >> 64) as u64
    }

    /// A number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number whose mean is `mean` (at least 0): its floor, or one more.
    pub fn round(&mut self, mean: f64) -> u64 {
        (mean + self.unit()) as u64
    }
}

/// Draws an index by weight with one random number (Walker's alias method).
#[derive(Clone, Debug)]
pub(super) struct Weighted {
    /// Per slot: the chance, in 2^-32, that the slot itself is drawn; else its alias is.
    slots: Vec<(u64, u32)>,
}

impl Weighted {
    /// A table over `weights`, which need not sum to 1.
    pub fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let mut scaled: Vec<f64> = weights.iter().map(|w| w * weights.len() as f64 / total).collect();
        let mut slots: Vec<(u64, u32)> = (0..weights.len()).map(|i| (1 << 32, i as u32)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|&i| scaled[i] < 1.0);
        while let (Some(&under), Some(&over)) = (small.last(), large.last()) {
            small.pop();
            slots[under] = ((scaled[under] * (1u64 << 32) as f64) as u64, over as u32);
            scaled[over] -= 1.0 - scaled[under];
            if scaled[over] < 1.0 {
                large.pop();
                small.push(over);
            }
        }
        Self { slots }
    }

    /// An index, by weight.
    pub fn draw(&self, random: &mut Random) -> usize {
        let bits = random.next();
        let slot = (((bits >> 32) * self.slots.len() as u64) >> 32) as usize;
        let (keep_below, alias) = self.slots[slot];
        if (bits & 0xffff_ffff) < keep_below { slot } else { alias as usize }
    }
}

/// `x` to the power of `eighths`/8.
pub(super) fn power(x: f64, eighths: u32) -> f64 {
    let root = x.sqrt().sqrt().sqrt();
    (0..eighths).fold(1.0, |product, _| product * root)
}

/// Zipf weights of `count` ranks with exponent `eighths`/8.
pub(super) fn zipf(count: usize, eighths: u32) -> Vec<f64> {
    (1..=count).map(|rank| 1.0 / power(rank as f64, eighths)).collect()
}

/// Weights of ranks in bands: each band is (number of ranks, share of the whole), falling gently inside the band.
pub(super) fn banded(bands: &[(usize, f64)]) -> Vec<f64> {
    bands
        .iter()
        .flat_map(|&(count, share)| {
            let inside = zipf(count, 3);
            let total: f64 = inside.iter().sum();
            inside.into_iter().map(move |weight| weight * share / total)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_their_weights() {
        let table = Weighted::new(&[6.0, 3.0, 1.0, 0.0]);
        let mut random = Random::new(7, 1);
        let mut seen = [0u32; 4];
        for _ in 0..100_000 {
            seen[table.draw(&mut random)] += 1;
        }
        assert!((59_000..61_000).contains(&seen[0]), "{seen:?}");
        assert!((29_000..31_000).contains(&seen[1]), "{seen:?}");
        assert!((9_000..11_000).contains(&seen[2]), "{seen:?}");
        assert_eq!(seen[3], 0, "what weighs nothing is never drawn");
    }

    #[test]
    fn a_seed_fixes_the_sequence_and_a_stream_changes_it() {
        let first = |seed, stream| Random::new(seed, stream).next();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }

    #[test]
    fn bands_keep_their_shares() {
        let weights = banded(&[(2, 70.0), (8, 30.0)]);
        assert!((weights[..2].iter().sum::<f64>() - 70.0).abs() < 1e-9);
        assert!((weights[2..].iter().sum::<f64>() - 30.0).abs() < 1e-9);
        assert!((power(2.0, 8) - 2.0).abs() < 1e-12);
    }
}
