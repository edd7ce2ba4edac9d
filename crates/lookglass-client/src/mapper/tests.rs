//! Names and kinds, and what they stand for.

mod embedded;
mod properties;
mod scripted;

use super::*;

#[test]
fn lookups_can_be_spawned() {
    fn assert_send<T: Send>(_: impl FnOnce(Mapper) -> T) {}
    assert_send(|mapper| async move {
        mapper.find("deploy").await?;
        mapper.category("all").await?;
        crate::Scales::new(&mapper).of("deploy").await?.set("web", 1).await
    });
}
