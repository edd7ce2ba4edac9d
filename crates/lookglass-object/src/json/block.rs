//! The characters that decide where a value ends, found 64 at a time.
//!
//! # Cost
//!
//! Four comparisons of every 16 bytes, by the vector instructions that the target has for certain, and some twenty steps of
//! arithmetic for the 64. No branch depends on what stands between the brackets, except on whether backslashes do.

#[cfg(test)]
mod tests;

use wide::u8x16;

/// Where in a block of text the characters stand that matter: bit n is byte n.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// Of arrays and objects.
    pub(super) opening: u64,
    pub(super) closing: u64,
}

impl Block {
    pub(super) const WIDTH: usize = 64;

    #[inline]
    pub(super) fn of(bytes: &[u8; Self::WIDTH]) -> Self {
        let mut block = Self { quotes: 0, backslashes: 0, opening: 0, closing: 0 };
        for (index, sixteen) in bytes.as_chunks().0.iter().enumerate() {
            let sixteen = u8x16::new(*sixteen);
            // With this bit an array's brackets are an object's, and nothing else is.
            let either = sixteen | u8x16::splat(b'{' ^ b'[');
            let marks = |of: u8x16, byte| u64::from(of.simd_eq(u8x16::splat(byte)).to_bitmask()) << (index * 16);
            block.quotes |= marks(sixteen, b'"');
            block.backslashes |= marks(sixteen, b'\\');
            block.opening |= marks(either, b'{');
            block.closing |= marks(either, b'}');
        }
        block
    }
}

/// What must be known of the blocks before to tell strings from what is between them.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Strings {
    /// All bits, if a string is open; else none.
    open: u64,
    /// The lowest bit, if the next byte is escaped.
    escaped: u64,
}

impl Strings {
    /// Which bytes of the next block lie in strings, the quotes that open them included and those that close them not.
    #[inline]
    pub(super) fn inside(&mut self, block: &Block) -> u64 {
        // Few blocks have a backslash, and those that have stand together.
        let inside = if block.backslashes == 0 && self.escaped == 0 {
            parity(block.quotes) ^ self.open
        } else {
            self.inside_with_escapes(block)
        };
        self.open = (inside.cast_signed() >> 63).cast_unsigned();
        inside
    }

    fn inside_with_escapes(&mut self, block: &Block) -> u64 {
        let mut backslashes = block.backslashes;
        loop {
            let (escaped, next) = escaped(backslashes, self.escaped);
            let inside = parity(block.quotes & !escaped) ^ self.open;
            // Between strings a backslash, which is an error that is none of ours, escapes nothing. What was found is right up to the
            // first of them, so each turn is right a character further, and there are 64 at most.
            let stray = backslashes & !inside;
            if stray == 0 {
                self.escaped = next;
                return inside;
            }
            backslashes &= !(stray & stray.wrapping_neg());
        }
    }
}

/// For each bit whether the number of those set up to it, itself included, is odd.
#[inline]
fn parity(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(bits, |bits, by| bits ^ bits << by)
}

/// Which bytes stand behind an odd number of backslashes, and whether the next block's first does, as its lowest bit. `carried` is what this
/// said of the block before.
#[inline]
fn escaped(backslashes: u64, carried: u64) -> (u64, u64) {
    // One that is escaped itself escapes nothing, so the count begins behind it.
    let backslashes = backslashes & !carried;
    let starts = backslashes & !(backslashes << 1);
    // Adding its start to a run carries into the place behind its end. Which start and end differ in parity is an odd run's.
    let (from_odd, next) = backslashes.overflowing_add(starts & ODD);
    let from_even = backslashes.wrapping_add(starts & !ODD);
    let ends = (from_odd & !ODD) | (from_even & ODD);
    (ends & !backslashes | carried, u64::from(next))
}

/// The bits of odd number.
const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
