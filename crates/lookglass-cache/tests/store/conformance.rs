//! Our store is a store.

use lookglass_cache::Store;
use lookglass_cache::conformance::store as suite;

#[test]
fn the_store_passes_the_suite_with_any_settings() {
    suite::all(|| suite::indexed_store(Store::builder()));
    suite::all(|| suite::indexed_store(Store::builder().hash_seed(3).same(|old, new| old == new).transform(Ok)));
}
