//! A list while it comes in: [`Gathering`].

use std::collections::{HashMap, HashSet};

use lookglass_object::{Key, Object};

/// A list while it comes in: a pointer for each object.
pub(super) struct Gathering<K> {
    /// `None` where an object was taken away again.
    objects: Vec<Option<Object<K>>>,
    /// Where each object is; made when a streaming list changes something that it told before, which is seldom.
    places: Option<HashMap<Key, usize>>,
    /// Those that could not be read, of which it is known which they are.
    unreadable: HashSet<Key>,
    /// How many more could not be read.
    nameless: usize,
}

/// A list that has come.
pub(super) struct Gathered<K> {
    pub(super) objects: Vec<Object<K>>,
    /// What is there, and not among the objects, because it could not be read.
    pub(super) unreadable: Vec<Key>,
}

impl<K> Gathering<K> {
    pub(super) fn new() -> Self {
        Self { objects: Vec::new(), places: None, unreadable: HashSet::new(), nameless: 0 }
    }

    /// How many have come.
    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    /// How many could not be read.
    pub(super) fn unreadable(&self) -> usize {
        self.unreadable.len() + self.nameless
    }

    /// Whether it is not known of all of them which they are: then any that does not come may be one of them.
    pub(super) fn is_unsure(&self) -> bool {
        self.nameless > 0
    }

    /// One could not be read. What it was before in this list, if it was told, it stays.
    pub(super) fn lack(&mut self, key: Option<Key>) {
        match key {
            Some(key) => _ = self.unreadable.insert(key),
            None => self.nameless += 1,
        }
    }

    /// One that was not there before.
    pub(super) fn add(&mut self, object: Object<K>) {
        if self.places.is_some() {
            self.put(object);
        } else {
            self.can_be_read(object.key());
            self.objects.push(Some(object));
        }
    }

    /// One that may have been there before.
    pub(super) fn put(&mut self, object: Object<K>) {
        self.can_be_read(object.key());
        let next = self.objects.len();
        let place = *self.places().entry(object.key().clone()).or_insert(next);
        if place == next {
            self.objects.push(Some(object));
        } else {
            self.objects[place] = Some(object);
        }
    }

    pub(super) fn remove(&mut self, key: &Key) {
        self.can_be_read(key);
        if let Some(place) = self.places().remove(key) {
            self.objects[place] = None;
        }
    }

    pub(super) fn finish(mut self) -> Gathered<K> {
        let objects: Vec<_> = self.objects.into_iter().flatten().collect();
        if !self.unreadable.is_empty() {
            for object in &objects {
                self.unreadable.remove(object.key());
            }
        }
        let mut unreadable: Vec<Key> = self.unreadable.into_iter().collect();
        // The order of a set is chance.
        unreadable.sort();
        Gathered { objects, unreadable }
    }

    fn can_be_read(&mut self, key: &Key) {
        // Nearly always there are none, and then nothing is hashed.
        if !self.unreadable.is_empty() {
            self.unreadable.remove(key);
        }
    }

    fn places(&mut self) -> &mut HashMap<Key, usize> {
        let objects = &self.objects;
        self.places.get_or_insert_with(|| {
            let known = objects.iter().enumerate();
            known.filter_map(|(place, object)| Some((object.as_ref()?.key().clone(), place))).collect()
        })
    }
}
