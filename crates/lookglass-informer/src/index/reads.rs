//! Reading an index: `index_reads`.

/// What can be read of an index, now or at the moment of a snapshot: its owner has the `cells`.
macro_rules! index_reads {
    () => {
        /// The objects with this value, in no order.
        #[must_use]
        pub fn get<Q>(&self, value: &Q) -> Vec<Object<K>>
        where
            I: Borrow<Q>,
            Q: Hash + Eq + ?Sized,
        {
            self.cells.get(value).into_iter().map(Object::into_cast).collect()
        }

        /// The keys of the objects with this value, sorted.
        #[must_use]
        pub fn keys<Q>(&self, value: &Q) -> Vec<Key>
        where
            I: Borrow<Q>,
            Q: Hash + Eq + ?Sized,
        {
            self.cells.keys(value)
        }

        /// How many objects have this value.
        #[must_use]
        pub fn count<Q>(&self, value: &Q) -> usize
        where
            I: Borrow<Q>,
            Q: Hash + Eq + ?Sized,
        {
            self.cells.count(value)
        }

        /// All values that any object has, sorted.
        #[must_use]
        pub fn values(&self) -> Vec<I> {
            self.cells.values()
        }

        /// How many different values there are.
        #[must_use]
        pub fn len(&self) -> usize {
            self.cells.len()
        }

        /// Whether no object has a value.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.cells.is_empty()
        }
    };
}
pub(crate) use index_reads;
