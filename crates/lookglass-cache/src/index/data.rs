//! The contents of one index.
//!
//! Each distinct index value is a group: the value, stored once, and the slots under it. Each slot of the store has a
//! column entry which names its groups and its position in each. So an update compares with the value in the group
//! instead of asking the function about the old value again, and leaving a group costs no search.

use std::any::Any;
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use super::definition::{Definition, Found};
use super::erased::{ErasedIndex, Evaluation, IndexSlotValues};
use super::exchange::{Exchange, Fallen};
use super::members::Members;
use super::text;
use super::values::Values;
use crate::bounds::{IndexValue, StoreKey, StoreValue};
use crate::persistent::{Chunked, Slab, Table};
use crate::store::{Entry, IndexError, IndexView, Seed};

/// Where a slot stands in a group.
#[derive(Clone, Copy)]
struct Place {
    group: u32,
    position: u32,
}

/// The groups of one slot.
#[derive(Clone)]
enum Places {
    None,
    One(Place),
    /// At least two, sorted by group.
    Many(Box<ManyPlaces>),
}

/// Boxed as a whole, because a slot with several values is rare and the column should stay at 16 bytes.
#[derive(Clone)]
struct ManyPlaces(Vec<Place>);

#[derive(Clone)]
struct Group<I> {
    hash: u32,
    value: I,
    members: Members,
}

pub(crate) struct IndexData<V, I> {
    definition: Arc<Definition<V, I>>,
    seed: Seed,
    table: Table,
    groups: Slab<Group<I>>,
    column: Chunked<Places>,
    /// How many (value, slot) pairs there are.
    entries: usize,
}

impl<V: StoreValue, I: IndexValue> IndexData<V, I> {
    pub(crate) fn new(definition: Arc<Definition<V, I>>, seed: Seed) -> Self {
        let (groups, column) = (Slab::new(), Chunked::new());
        Self { definition, seed, table: Table::default(), groups, column, entries: 0 }
    }

    pub(crate) const fn definition(&self) -> &Arc<Definition<V, I>> {
        &self.definition
    }

    /// The slots under this index value.
    pub(crate) fn members<Q>(&self, value: &Q) -> &[u32]
    where
        I: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let group = self.find(self.seed.hash(value), value).and_then(|group| self.groups.get(group));
        group.map_or(&[], |group| group.members.as_slice())
    }

    /// The distinct index values, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &I> {
        self.groups.iter().map(|(_, group)| &group.value)
    }

    /// How many distinct index values there are.
    pub(crate) const fn len(&self) -> usize {
        self.groups.len()
    }

    /// Makes it agree with `new`, given that it agrees with `old`. Returns the values its function failed for.
    pub(crate) fn catch_up<K: StoreKey>(
        &mut self,
        old: &Slab<Entry<K, V>>,
        new: &Slab<Entry<K, V>>,
    ) -> Vec<(K, IndexError)> {
        let mut failures = Vec::new();
        for slot in new.unshared_with(old) {
            let entry = new.get(slot);
            let (evaluation, error) = ErasedIndex::<K, V>::evaluate(self, Some(slot), entry.map(|entry| &entry.value));
            if let Evaluation::Set(mut values) = evaluation {
                ErasedIndex::<K, V>::set(self, slot, &mut values);
            }
            failures.extend(entry.zip(error).map(|(entry, error)| (entry.key.clone(), error)));
        }
        failures
    }

    fn find<Q>(&self, hash: u32, value: &Q) -> Option<u32>
    where
        I: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        self.table.find(hash, |group| self.groups.get(group).is_some_and(|group| group.value.borrow() == value))
    }

    fn places(&self, slot: u32) -> &[Place] {
        match self.column.get(slot) {
            None | Some(Places::None) => &[],
            Some(Places::One(place)) => std::slice::from_ref(place),
            Some(Places::Many(many)) => &many.0,
        }
    }

    /// Whether these are the places of exactly these index values.
    #[inline]
    fn are_exactly(&self, places: &[Place], values: &Values<I>) -> bool {
        match (places, values) {
            ([], Values::None) => true,
            ([place], Values::One(value)) => self.groups.get(place.group).is_some_and(|group| group.value == *value),
            (places, Values::Many(values)) => {
                let stands_in = |value| {
                    let group = self.find(self.seed.hash(value), value);
                    group.is_some_and(|group| places.binary_search_by_key(&group, |place| place.group).is_ok())
                };
                places.len() == values.len() && values.iter().all(stands_in)
            }
            _ => false,
        }
    }

    /// Sets the index values of a slot. What it returns must not be dropped under the store's lock.
    fn set_values(&mut self, slot: u32, values: Values<I>) -> Fallen<I> {
        let mut fallen = Fallen::new();
        let old = self.take_places(slot);
        let kept = |group: u32| {
            let found = old.binary_search_by_key(&group, |place| place.group);
            found.ok().map(|found| old[found])
        };
        let mut new = Vec::new();
        let mut only = Places::None;
        match values {
            Values::None => {}
            Values::One(value) => only = Places::One(self.enter(slot, value, kept, &mut fallen)),
            Values::Many(values) => {
                new.reserve_exact(values.len());
                for value in values {
                    let place = self.enter(slot, value, kept, &mut fallen);
                    new.push(place);
                }
                new.sort_unstable_by_key(|place| place.group);
            }
        }
        let stays = |group: u32| match only {
            Places::One(place) => place.group == group,
            _ => new.binary_search_by_key(&group, |place| place.group).is_ok(),
        };
        for place in old.iter().filter(|place| !stays(place.group)) {
            if let Some(value) = self.leave(*place) {
                fallen.push(value);
            }
        }
        self.put_places(slot, if new.is_empty() { only } else { Places::Many(Box::new(ManyPlaces(new))) });
        fallen
    }

    /// Puts the slot under the value, unless it is there already. A value that has a group needs no second instance.
    fn enter(&mut self, slot: u32, value: I, kept: impl Fn(u32) -> Option<Place>, fallen: &mut Fallen<I>) -> Place {
        let hash = self.seed.hash(&value);
        let Some(group) = self.find(hash, &value) else {
            let group = self.groups.insert(Group { hash, value, members: Members::One(slot) });
            self.table.insert(hash, group);
            self.entries += 1;
            return Place { group, position: 0 };
        };
        fallen.push(value);
        if let Some(place) = kept(group) {
            return place;
        }
        let found = self.groups.get_mut(group).expect("the table names groups that exist");
        self.entries += 1;
        Place { group, position: found.members.push(slot) }
    }

    /// Takes the slot at this place out of its group; the group goes with its last slot, and its value is returned.
    fn leave(&mut self, place: Place) -> Option<I> {
        self.entries -= 1;
        let group = self.groups.get_mut(place.group).expect("the column names groups that exist");
        if matches!(group.members, Members::One(_)) {
            self.table.remove(group.hash, place.group);
            return self.groups.remove(place.group).map(|group| group.value);
        }
        if let Some(filler) = group.members.remove(place.position) {
            match self.column.get_mut(filler) {
                Some(Places::One(moved)) => moved.position = place.position,
                Some(Places::Many(many)) => {
                    let found = many.0.binary_search_by_key(&place.group, |place| place.group);
                    many.0[found.expect("a member's column names the group")].position = place.position;
                }
                _ => {}
            }
        }
        None
    }

    /// The places of a slot, whose column entry is empty until they are put back.
    fn take_places(&mut self, slot: u32) -> TakenPlaces {
        if self.places(slot).is_empty() {
            return TakenPlaces::None;
        }
        let entry = self.column.get_mut(slot).map(|places| std::mem::replace(places, Places::None));
        match entry {
            Some(Places::One(place)) => TakenPlaces::One([place]),
            Some(Places::Many(many)) => TakenPlaces::Many(many.0),
            _ => TakenPlaces::None,
        }
    }

    fn put_places(&mut self, slot: u32, places: Places) {
        if matches!(places, Places::None) {
            return; // Taken already, or never there.
        }
        while self.column.slots() <= slot {
            self.column.grow(|_| Places::None);
        }
        *self.column.get_mut(slot).expect("grown just now") = places;
    }
}

/// Like [`Places`], but readable as a slice while the column changes.
enum TakenPlaces {
    None,
    One([Place; 1]),
    Many(Vec<Place>),
}

impl std::ops::Deref for TakenPlaces {
    type Target = [Place];

    fn deref(&self) -> &[Place] {
        match self {
            Self::None => &[],
            Self::One(place) => place,
            Self::Many(places) => places,
        }
    }
}

impl<K: StoreKey, V: StoreValue, I: IndexValue> ErasedIndex<K, V> for IndexData<V, I> {
    #[inline]
    fn evaluate(&self, slot: Option<u32>, value: Option<&V>) -> (Evaluation, Option<IndexError>) {
        let places = slot.map_or(&[][..], |slot| self.places(slot));
        let current = match places {
            [only] => self.groups.get(only.group).map(|group| &group.value),
            _ => None,
        };
        let (values, error) = match value.map(|value| self.definition.ask(value, current)) {
            None => (Values::None, None),
            Some(Ok(Found::Same)) => return (Evaluation::Keep, None),
            Some(Ok(Found::These(values))) => (values, None),
            Some(Err(error)) => {
                self.definition.count(&error);
                (Values::None, Some(error))
            }
        };
        if self.are_exactly(places, &values) {
            return (Evaluation::Keep, error);
        }
        (Evaluation::Set(Box::new(Exchange::In(values))), error)
    }

    fn set(&mut self, slot: u32, values: &mut IndexSlotValues) {
        let exchange = values.downcast_mut::<Exchange<I>>().expect("made by `evaluate` of this very index");
        if let Exchange::In(values) = std::mem::replace(exchange, Exchange::Out(Fallen::new())) {
            *exchange = Exchange::Out(self.set_values(slot, values));
        }
    }

    fn rename(&mut self, moved: &[u32]) {
        let mut column = Chunked::new();
        for (old, places) in self.column.iter().enumerate().filter(|(_, places)| !matches!(places, Places::None)) {
            let new = moved[old];
            while column.slots() <= new {
                column.grow(|_| Places::None);
            }
            *column.get_mut(new).expect("grown just now") = places.clone();
        }
        self.column = column;
        for group in 0..self.groups.slots() {
            if self.groups.get(group).is_some() {
                self.groups.get_mut(group).expect("seen just now").members.rename(moved);
            }
        }
    }

    fn is_sparse(&self) -> bool {
        // Compacting walks the column and every entry. Where these outnumber the group slots by far, the slots' share of
        // the memory is small and not worth the walk.
        let walk = self.column.slots() as usize + self.entries;
        self.groups.is_sparse() && walk <= 32 * self.groups.slots() as usize
    }

    fn compact(&mut self) {
        let (groups, moved) = self.groups.compacted();
        self.groups = groups;
        self.table.rename(&moved);
        if self.entries == 0 {
            self.column = Chunked::new();
        }
        for slot in 0..self.column.slots() {
            if self.places(slot).is_empty() {
                continue;
            }
            match self.column.get_mut(slot) {
                Some(Places::One(place)) => place.group = moved[place.group as usize],
                Some(Places::Many(many)) => {
                    // They stay sorted, because compaction keeps the order of the numbers.
                    for place in &mut many.0 {
                        place.group = moved[place.group as usize];
                    }
                }
                Some(Places::None) | None => {}
            }
        }
    }

    fn emptied(&self) -> Arc<dyn ErasedIndex<K, V>> {
        Arc::new(Self::new(self.definition.clone(), self.seed.clone()))
    }

    fn copied(&self) -> Arc<dyn ErasedIndex<K, V>> {
        Arc::new(Self {
            definition: self.definition.clone(),
            seed: self.seed.clone(),
            table: self.table.clone(),
            groups: self.groups.clone(),
            column: self.column.clone(),
            entries: self.entries,
        })
    }

    fn sharing(&self, value: &V) -> Result<Vec<u32>, IndexError> {
        let values = self.definition.values_of(value)?;
        if let Values::Many(values) = &values {
            let mut slots: Vec<u32> = values.iter().flat_map(|value| self.members(value)).copied().collect();
            slots.sort_unstable();
            slots.dedup();
            return Ok(slots);
        }
        Ok(values.as_slice().iter().flat_map(|value| self.members(value)).copied().collect())
    }

    fn text_members(&self, value: &str) -> Option<&[u32]> {
        text::members(self, value)
    }

    fn text_values(&self) -> Option<Vec<String>> {
        text::values(self)
    }

    fn view(&self, name: &Arc<str>) -> IndexView {
        IndexView {
            name: name.clone(),
            values: self.groups.len(),
            entries: self.entries,
            errors: self.definition.errors(),
            last_error: self.definition.last_error(),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
