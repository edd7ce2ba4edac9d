//! A hash table of slot numbers, in shared segments.

use hashbrown::HashTable;
use triomphe::Arc;

/// Average entries per segment: what 512 buckets hold.
const SEGMENT: usize = 448;

/// A slot number beside the hash of what lies there, so that growing never touches the keys.
#[derive(Clone, Copy)]
struct Link {
    hash: u32,
    slot: u32,
}

/// Finds slot numbers by hash. It grows and shrinks one segment at a time (linear hashing): no operation rehashes more
/// than a few hundred entries, and a change after a clone copies one segment.
#[derive(Clone, Default)]
pub(crate) struct Table {
    segments: Vec<Arc<HashTable<Link>>>,
    len: usize,
}

impl Table {
    /// The first slot of this hash for which `is_it` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let segment = self.segments.get(home(hash, self.segments.len()))?;
        segment.find(spread(hash), |link| link.hash == hash && is_it(link.slot)).map(|link| link.slot)
    }

    /// Adds a slot which must not be there yet.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        if self.len >= self.segments.len() * SEGMENT {
            self.split();
        }
        let home = home(hash, self.segments.len());
        add(Arc::make_mut(&mut self.segments[home]), Link { hash, slot });
        self.len += 1;
    }

    /// Takes this slot out.
    pub(crate) fn remove(&mut self, hash: u32, slot: u32) {
        let home = home(hash, self.segments.len());
        let Some(segment) = self.segments.get_mut(home) else { return };
        let segment = Arc::make_mut(segment);
        if let Ok(entry) = segment.find_entry(spread(hash), |link| link.slot == slot && link.hash == hash) {
            entry.remove();
            self.len -= 1;
            if segment.len() * 8 < segment.capacity() {
                segment.shrink_to(segment.len() * 2, |link| spread(link.hash));
            }
        }
        while self.is_sparse() {
            self.merge();
        }
    }

    /// Renames every slot by the map.
    pub(crate) fn rename(&mut self, moved: &[u32]) {
        for segment in &mut self.segments {
            for link in Arc::make_mut(segment).iter_mut() {
                link.slot = moved[link.slot as usize];
            }
        }
    }

    fn is_sparse(&self) -> bool {
        match self.segments.len() {
            0 => false,
            count => self.len == 0 || self.len * 4 < (count - 1) * SEGMENT,
        }
    }

    /// One segment more: it takes its share from the one segment that held it so far.
    fn split(&mut self) {
        let count = self.segments.len() + 1;
        let Some(source) = self.segments.get_mut(parent(count)) else {
            self.segments.push(Arc::default());
            return;
        };
        let (stay, leave): (Vec<Link>, Vec<Link>) = source.iter().partition(|link| home(link.hash, count) != count - 1);
        *source = table_of(&stay);
        self.segments.push(table_of(&leave));
    }

    /// One segment less: the last one's entries go back to where they came from.
    fn merge(&mut self) {
        let Some(last) = self.segments.pop() else { return };
        let home = parent(self.segments.len() + 1);
        if let Some(target) = self.segments.get_mut(home) {
            let target = Arc::make_mut(target);
            for link in last.iter() {
                add(target, *link);
            }
        }
    }
}

/// The segment, of `count`, where this hash lives.
#[inline]
const fn home(hash: u32, count: usize) -> usize {
    let mask = count.next_power_of_two() - 1;
    let home = hash as usize & mask;
    if home < count { home } else { home & (mask >> 1) }
}

/// The segment out of which the last of `count` was split.
const fn parent(count: usize) -> usize {
    (count - 1) & ((count.next_power_of_two() - 1) >> 1)
}

/// All of a segment share the low bits of their hash, so the bucket must depend on every bit.
#[inline]
const fn spread(hash: u32) -> u64 {
    let product = (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 32)
}

#[inline]
fn add(segment: &mut HashTable<Link>, link: Link) {
    segment.insert_unique(spread(link.hash), link, |link| spread(link.hash));
}

fn table_of(links: &[Link]) -> Arc<HashTable<Link>> {
    let mut segment = HashTable::with_capacity(links.len());
    for link in links {
        add(&mut segment, *link);
    }
    Arc::new(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(slot: u32) -> u32 {
        slot.wrapping_mul(0x9E37_79B1) ^ 0x55
    }

    #[test]
    fn finds_everything_while_it_grows_and_shrinks_in_steps() {
        let mut table = Table::default();
        assert_eq!(table.find(1, |_| true), None);
        for slot in 0..20_000 {
            table.insert(hash(slot), slot);
            let probe = slot / 2;
            assert_eq!(table.find(hash(probe), |found| found == probe), Some(probe));
        }
        assert!((40..60).contains(&table.segments.len()), "{}", table.segments.len());
        let full = table.clone();
        for slot in 0..20_000 {
            table.remove(hash(slot), slot);
            assert_eq!(table.find(hash(slot), |found| found == slot), None);
            let other = slot + (20_000 - slot) / 2;
            assert_eq!(table.find(hash(other), |found| found == other).is_some(), other != slot);
        }
        assert_eq!((table.len, table.segments.len()), (0, 0));
        table.remove(1, 1);
        assert!((0..20_000).all(|slot| full.find(hash(slot), |found| found == slot).is_some()));
    }

    #[test]
    fn a_home_moves_only_from_its_parent() {
        for count in 1..100_usize {
            for hash in 0..1000 {
                let (before, after) = (home(hash, count), home(hash, count + 1));
                assert!(after == before || (after == count && before == parent(count + 1)));
            }
        }
    }

    #[test]
    fn equal_hashes_are_told_apart_by_the_caller() {
        let mut table = Table::default();
        (0..5).for_each(|slot| table.insert(9, slot));
        table.remove(9, 3);
        assert_eq!(table.find(9, |slot| slot == 4), Some(4));
        assert_eq!(table.find(9, |slot| slot == 3), None);
    }
}
