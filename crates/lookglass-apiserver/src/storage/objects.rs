//! The objects of a resource in the order in which they are listed: [`Objects`].

#[cfg(test)]
mod tests;

use std::{cmp::Ordering, ops::Range, sync::Arc};

use lookglass_object::Key;
use lookglass_protocol::Stored;

/// Objects sorted by the bytes of `namespace/name`; a copy of all is one reference counted.
///
/// # Cost
///
/// Finding is two searches by halving. A change moves at most [`LEAF`] pointers; the first one after a copy was taken, and while that copy
/// lives, also counts a reference for each leaf and for each object of the leaf it changes. Going through a copy holds nobody up.
#[derive(Debug, Clone, Default)]
pub(super) struct Objects {
    /// None is empty; each is sorted, and they are.
    leaves: Arc<Vec<Leaf>>,
    len: usize,
}

#[derive(Debug, Clone)]
struct Leaf {
    /// The first object's, here so that the leaf is found without being touched.
    first: Key,
    objects: Arc<Vec<Stored>>,
}

/// How many objects a leaf holds at most.
const LEAF: usize = 64;

/// A place between two objects: which leaf, and how many of its objects lie before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    leaf: usize,
    at: usize,
}

impl Objects {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The object of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Stored> {
        self.at(self.place(key)).filter(|object| object.key().as_str() == key)
    }

    /// The object behind a place.
    pub(super) fn at(&self, place: Place) -> Option<&Stored> {
        self.leaves.get(place.leaf)?.objects.get(place.at)
    }

    /// The place before the first object whose key is not less. The object behind it, if there is one, is that object.
    pub(super) fn place(&self, key: &str) -> Place {
        let after = self.leaves.partition_point(|leaf| leaf.first.as_str() <= key);
        let Some(leaf) = after.checked_sub(1) else { return Place { leaf: 0, at: 0 } };
        let objects = &self.leaves[leaf].objects;
        let at = objects.partition_point(|object| object.key().as_str() < key);
        if at == objects.len() { Place { leaf: after, at: 0 } } else { Place { leaf, at } }
    }

    /// The place behind all objects.
    pub(super) fn end(&self) -> Place {
        Place { leaf: self.leaves.len(), at: 0 }
    }

    /// The place behind the object that is behind `place`.
    pub(super) fn after(&self, place: Place) -> Place {
        match self.leaves.get(place.leaf) {
            Some(leaf) if place.at + 1 < leaf.objects.len() => Place { at: place.at + 1, ..place },
            _ => Place { leaf: place.leaf + 1, at: 0 },
        }
    }

    /// How many objects lie between two places.
    pub(super) fn count(&self, places: Range<Place>) -> usize {
        let Range { start, end } = places;
        let leaves = self.leaves.get(start.leaf..end.leaf).unwrap_or_default();
        leaves.iter().map(|leaf| leaf.objects.len()).sum::<usize>() + end.at - start.at
    }

    /// Puts an object in its place and gives back the one of the same key that stood there.
    pub(super) fn insert(&mut self, object: Stored) -> Option<Stored> {
        let key = object.key().as_str();
        let leaves = Arc::make_mut(&mut self.leaves);
        let after = leaves.partition_point(|leaf| leaf.first.as_str() <= key);
        let Some(leaf) = leaves.get_mut(after.saturating_sub(1)) else {
            leaves.push(Leaf::of(vec![object]));
            self.len += 1;
            return None;
        };
        let objects = Arc::make_mut(&mut leaf.objects);
        match objects.binary_search_by(|found| found.key().as_str().cmp(key)) {
            Ok(at) => return Some(std::mem::replace(&mut objects[at], object)),
            Err(0) => {
                leaf.first = object.key().clone();
                objects.insert(0, object);
            }
            Err(at) => objects.insert(at, object),
        }
        self.len += 1;
        if objects.len() > LEAF {
            // What comes in order, as it mostly does, leaves full leaves behind.
            let last = after.max(1) == leaves.len();
            let leaf = &mut leaves[after.saturating_sub(1)];
            let objects = Arc::make_mut(&mut leaf.objects);
            let rest = objects.split_off(if last { LEAF } else { LEAF / 2 });
            leaves.insert(after.max(1), Leaf::of(rest));
        }
        None
    }

    /// Takes an object out.
    pub(super) fn remove(&mut self, key: &str) -> Option<Stored> {
        let place = self.place(key);
        self.at(place).filter(|object| object.key().as_str().cmp(key) == Ordering::Equal)?;
        let leaves = Arc::make_mut(&mut self.leaves);
        let objects = Arc::make_mut(&mut leaves[place.leaf].objects);
        let removed = objects.remove(place.at);
        self.len -= 1;
        if objects.is_empty() {
            leaves.remove(place.leaf);
            return Some(removed);
        }
        if place.at == 0 {
            leaves[place.leaf].first = objects[0].key().clone();
        }
        let pair = place.leaf..place.leaf + 2;
        if leaves.get(pair).is_some_and(|pair| pair[0].objects.len() + pair[1].objects.len() <= LEAF / 2) {
            let next = leaves.remove(place.leaf + 1);
            Arc::make_mut(&mut leaves[place.leaf].objects).extend(next.objects.iter().cloned());
        }
        Some(removed)
    }

    /// All objects.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Stored> {
        self.leaves.iter().flat_map(|leaf| leaf.objects.iter())
    }

    /// Bytes of the structure, without the objects.
    pub(super) fn heap_size(&self) -> usize {
        let leaf = |leaf: &Leaf| leaf.objects.capacity() * size_of::<Stored>() + size_of::<Vec<Stored>>();
        self.leaves.capacity() * size_of::<Leaf>() + self.leaves.iter().map(leaf).sum::<usize>()
    }
}

impl Leaf {
    /// A leaf of objects, of which there is at least one.
    fn of(objects: Vec<Stored>) -> Self {
        Self { first: objects[0].key().clone(), objects: Arc::new(objects) }
    }
}
