use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn every_byte_is_marked_as_what_it_is(bytes in prop::array::uniform32(any::<u8>()), other in prop::sample::select(b"\"\\{}[]".to_vec()), at in 0..64_usize) {
        let mut block = [0; Block::WIDTH];
        block[..32].copy_from_slice(&bytes);
        block[32..].copy_from_slice(&bytes.map(|byte| byte.reverse_bits()));
        block[at] = other;
        check(&block);
    }

    #[test]
    fn runs_of_backslashes_escape_what_follows_an_odd_one(backslashes: u64, more: u64, carried: bool) {
        let backslashes = backslashes | more;
        let mut is_escaped = carried;
        let mut wanted = 0;
        for bit in 0..64 {
            wanted |= u64::from(is_escaped) << bit;
            is_escaped = !is_escaped && backslashes >> bit & 1 == 1;
        }
        let (found, next) = escaped(backslashes, u64::from(carried));
        // Of the backslashes themselves nobody asks.
        prop_assert_eq!((found & !backslashes, next), (wanted & !backslashes, u64::from(is_escaped)));
    }

    #[test]
    fn parity_counts_up_to_each_bit(bits: u64) {
        let wanted = (0..64).fold(0, |wanted, bit| wanted | u64::from((bits << (63 - bit)).count_ones() % 2 == 1) << bit);
        prop_assert_eq!(parity(bits), wanted);
    }
}

#[test]
fn all_bytes_are_told_apart_in_every_place() {
    for byte in 0..=u8::MAX {
        for at in 0..Block::WIDTH {
            let mut block = [b' '; Block::WIDTH];
            block[at] = byte;
            check(&block);
        }
    }
}

fn check(bytes: &[u8; Block::WIDTH]) {
    let marks = |of: &[u8]| (0..).zip(bytes).fold(0, |marks, (bit, byte)| marks | u64::from(of.contains(byte)) << bit);
    let wanted =
        Block { quotes: marks(b"\""), backslashes: marks(b"\\"), opening: marks(b"{["), closing: marks(b"}]") };
    assert_eq!(Block::of(bytes), wanted, "{bytes:?}");
}
