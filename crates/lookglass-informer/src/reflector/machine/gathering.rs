//! A list while it comes in: [`Gathering`].

use std::{collections::HashMap, sync::Arc};

use lookglass_cache::KnownObjects;
use lookglass_object::{Key, Object};

/// What the receiver of changes has already, if the machine was told.
pub(super) type Known<K> = Option<Arc<dyn KnownObjects<Key, Object<K>>>>;

/// A list while it comes in. What is known already in the same version is kept as the cell that is there, so a relist of what has not changed costs
/// a pointer for each object.
pub(super) struct Gathering<K> {
    /// `None` where an object was taken away again.
    objects: Vec<Option<Object<K>>>,
    /// Where each object is; made when a streaming list changes something that it told before, which is seldom.
    places: Option<HashMap<Key, usize>>,
    unreadable: usize,
    known: Known<K>,
}

impl<K> Gathering<K> {
    pub(super) fn new(known: Known<K>) -> Self {
        Self { objects: Vec::new(), places: None, unreadable: 0, known }
    }

    /// How many have come.
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// One more could not be read.
    pub(super) fn lack(&mut self) {
        self.unreadable += 1;
    }

    /// One that was not there before.
    pub(super) fn add(&mut self, object: Object<K>) {
        if self.places.is_some() {
            self.put(object);
        } else {
            let object = self.resident(object);
            self.objects.push(Some(object));
        }
    }

    /// One that may have been there before.
    pub(super) fn put(&mut self, object: Object<K>) {
        let object = self.resident(object);
        let next = self.objects.len();
        let place = *self.places().entry(object.key().clone()).or_insert(next);
        if place == next {
            self.objects.push(Some(object));
        } else {
            self.objects[place] = Some(object);
        }
    }

    pub(super) fn remove(&mut self, key: &Key) {
        if let Some(place) = self.places().remove(key) {
            self.objects[place] = None;
        }
    }

    pub(super) fn into_objects(self) -> Vec<Object<K>> {
        self.objects.into_iter().flatten().collect()
    }

    fn places(&mut self) -> &mut HashMap<Key, usize> {
        let objects = &self.objects;
        self.places.get_or_insert_with(|| {
            let known = objects.iter().enumerate();
            known.filter_map(|(place, object)| Some((object.as_ref()?.key().clone(), place))).collect()
        })
    }

    /// The cell that is there already, if it is the same version of the same object.
    fn resident(&self, object: Object<K>) -> Object<K> {
        let Some(known) = &self.known else { return object };
        match known.get_by_key(object.key()) {
            Ok(Some(old)) if old.uid() == object.uid() && is_same_version(&old, &object) => old,
            _ => object,
        }
    }
}

fn is_same_version<K>(old: &Object<K>, new: &Object<K>) -> bool {
    !new.version().is_unset() && old.version() == new.version()
}
