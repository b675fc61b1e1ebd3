//! The natural keys of one file's rows: each row gets a key that no other row of the file has.
//!
//! A key is a number in mixed radix, one digit per dimension, the app last. Where a drawn key is taken, the next free
//! number is: almost always another app of the same config, creative, size, country and publisher, so the shares of
//! those stay as drawn. Memory: 16 to 32 bytes for each row of one file.

/// How many values each digit of a key has; the last digit is the one that gives way.
#[derive(Clone, Debug)]
pub(super) struct KeySpace<const DIGITS: usize> {
    radix: [u64; DIGITS],
}

impl<const DIGITS: usize> KeySpace<DIGITS> {
    /// A space whose size fits in 64 bits.
    pub fn new(radix: [usize; DIGITS]) -> Self {
        Self { radix: radix.map(|count| count as u64) }
    }

    /// The number of distinct keys.
    pub fn size(&self) -> u64 {
        self.radix.iter().product()
    }

    fn number(&self, digits: [usize; DIGITS]) -> u64 {
        digits.iter().zip(self.radix).fold(0, |number, (&digit, radix)| number * radix + digit as u64)
    }

    fn digits(&self, mut number: u64) -> [usize; DIGITS] {
        let mut digits = [0; DIGITS];
        for (digit, radix) in digits.iter_mut().zip(self.radix).rev() {
            *digit = (number % radix) as usize;
            number /= radix;
        }
        digits
    }
}

/// The keys given out so far: an open-addressing set of numbers.
pub(super) struct Keys<const DIGITS: usize> {
    space: KeySpace<DIGITS>,
    slots: Vec<u64>,
    shift: u32,
}

const FREE: u64 = u64::MAX;

impl<const DIGITS: usize> Keys<DIGITS> {
    /// Room for `rows` keys; the caller has checked that the space holds as many.
    pub fn new(space: KeySpace<DIGITS>, rows: u64) -> Self {
        let slots = (rows.max(1) * 2).next_power_of_two();
        Self { space, slots: vec![FREE; slots as usize], shift: 64 - slots.trailing_zeros() }
    }

    /// The drawn key, or the next free one after it.
    pub fn take(&mut self, drawn: [usize; DIGITS]) -> [usize; DIGITS] {
        let mut number = self.space.number(drawn);
        if self.insert(number) {
            return drawn;
        }
        loop {
            number = (number + 1) % self.space.size();
            if self.insert(number) {
                return self.space.digits(number);
            }
        }
    }

    fn insert(&mut self, number: u64) -> bool {
        let mut slot = (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        loop {
            match self.slots[slot] {
                FREE => {
                    self.slots[slot] = number;
                    return true;
                }
                taken if taken == number => return false,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_space_is_given_out_once() {
        let space = KeySpace::new([3, 4, 5]);
        let mut keys = Keys::new(space.clone(), space.size());
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..space.size() {
            assert!(seen.insert(keys.take([1, 2, 3])));
        }
        assert_eq!(seen.len(), 60);
        assert!(seen.iter().all(|key| key[0] < 3 && key[1] < 4 && key[2] < 5));
    }

    #[test]
    fn a_taken_key_gives_way_in_its_last_digit() {
        let mut keys = Keys::new(KeySpace::new([3, 4, 5]), 10);
        assert_eq!(keys.take([1, 2, 3]), [1, 2, 3]);
        assert_eq!(keys.take([1, 2, 3]), [1, 2, 4]);
    }
}
