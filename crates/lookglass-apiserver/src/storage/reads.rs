//! Lists and watches of the storage.

use std::sync::{Arc, atomic::Ordering};

use lookglass_object::{FieldSelector, Selector, Status};
use lookglass_protocol::{
    Page, Target,
    params::{Continue, ListParams, ListVersion, WatchParams, WatchStart},
};
use tokio::time::{Instant, timeout};

use super::{
    After, Inner, Storage,
    line::Line,
    selection::Selection,
    shelf::Shelf,
    view::{Span, View},
    watch::{Seat, Watch},
};

impl Storage {
    /// Waits until `version` has been reached, for as long as [`Limits::patience`](super::Limits::patience).
    ///
    /// # Errors
    ///
    /// It lies ahead still: 504.
    ///
    /// # Panics
    ///
    /// Where it has to wait outside a tokio runtime with a timer.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    pub async fn reach(&self, version: u64) -> Result<(), Status> {
        if self.version() >= version {
            return Ok(());
        }
        let waiting = Waiting::new(&self.0);
        let reached = async {
            loop {
                // Made before looking, so that no announcement in between is missed.
                let moved = waiting.0.moved.notified();
                if self.version() >= version {
                    return;
                }
                moved.await;
            }
        };
        timeout(self.0.limits.patience, reached)
            .await
            .map_err(|_| Status::too_large_resource_version(version, self.version(), 1))
    }

    /// A list or a page of one.
    ///
    /// # Errors
    ///
    /// The version asked for is too old (410) or lies ahead (504, after [`reach`](Self::reach)). A continue token that is too old is
    /// answered with one that goes on with the newest state.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    pub async fn list(&self, target: &Target, params: &ListParams) -> Result<Page, Status> {
        let version = match &params.continuation {
            Some(token) => token.version.map_or(ListVersion::Latest, ListVersion::Exact),
            None => params.version,
        };
        match version {
            ListVersion::Latest | ListVersion::Any => {}
            ListVersion::NotOlderThan(version) | ListVersion::Exact(version) => self.reach(version).await?,
        }
        let limit = params.limit.filter(|_| version != ListVersion::Any || params.continuation.is_some());
        let start = params.continuation.as_ref().map_or("", |token| &token.start);
        let view = match version {
            ListVersion::Exact(version) => self.earlier(target, version).ok_or_else(|| expired(params)),
            _ => Ok(self.newest(target)),
        }?;
        let selection = selection(target, &params.labels, &params.fields);
        Ok(view.page(&Span::of(target.namespace.as_deref()), start, &selection, limit.filter(|limit| *limit > 0)))
    }

    /// A watch. One that cannot begin where it should begins with an error and ends.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    pub async fn watch(&self, target: &Target, params: &WatchParams) -> Watch {
        if let WatchStart::State { version: ListVersion::NotOlderThan(version) | ListVersion::Exact(version), .. } =
            params.start
            && let Err(status) = self.reach(version).await
        {
            return Watch::failed(status);
        }
        let selection = Arc::new(selection(target, &params.labels, &params.fields));
        let shelf = self.shelf(&target.resource.gvr);
        let mut after = After::default();
        let mut shelved = shelf.lock();
        shelved.history.age(Instant::now(), &self.0.limits, &mut after.trash);
        let version = self.version();
        let start = match params.start {
            WatchStart::After(start) => start,
            WatchStart::Now | WatchStart::State { .. } => version,
        };
        let floor = shelved.history.floors().watch;
        if start < floor {
            drop(shelved);
            after.run();
            return Watch::failed(Status::expired(format!("too old resource version: {start} ({floor})")));
        }
        let line = Arc::new(Line::default());
        let number = shelved.hub.add(selection.clone(), line.clone(), start);
        let hold = selection.hold();
        let seat = |shelf: &Arc<Shelf>| Seat { shelf: shelf.clone(), selection, line, hold, number };
        let watch = match params.start {
            WatchStart::State { end_mark, .. } => {
                let objects = shelved.objects.clone();
                let places = Span::of(target.namespace.as_deref()).places(&objects);
                Watch::state(seat(&shelf), objects, places, version, end_mark)
            }
            WatchStart::After(_) | WatchStart::Now => {
                let events = shelved.history.after(start).filter(|event| event.told).cloned().collect();
                Watch::past(seat(&shelf), events, start)
            }
        };
        drop(shelved);
        after.run();
        watch
    }

    fn newest(&self, target: &Target) -> View {
        let shelf = self.shelf(&target.resource.gvr);
        let shelved = shelf.lock();
        // Under the lock: a change of this resource that comes later has a higher version.
        View::newest(shelved.objects.clone(), self.version())
    }

    /// The state of a version that has been reached, unless it is too old.
    fn earlier(&self, target: &Target, version: u64) -> Option<View> {
        let shelf = self.shelf(&target.resource.gvr);
        let mut after = After::default();
        let mut shelved = shelf.lock();
        shelved.history.age(Instant::now(), &self.0.limits, &mut after.trash);
        let known = (version >= shelved.history.floors().state).then(|| {
            let later: Vec<_> = shelved.history.after(version).cloned().collect();
            (shelved.objects.clone(), later)
        });
        drop(shelved);
        after.run();
        known.map(|(objects, later)| View::earlier(objects, &later, version))
    }
}

/// What a request selects.
fn selection(target: &Target, labels: &Selector, fields: &FieldSelector) -> Selection {
    let one = target.name.as_deref().map(|name| fields.clone().eq("metadata.name", name));
    Selection::new(&target.resource, target.namespace.as_deref(), labels, one.as_ref().unwrap_or(fields))
}

/// What a list of a version is told that is not known any more. A page can be had in another way: what is left of the list, as it is now.
fn expired(params: &ListParams) -> Status {
    match &params.continuation {
        None => Status::expired("The resourceVersion for the provided list is too old."),
        Some(token) => Status::expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue \
             parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided \
             token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was \
             returned and now may show up in the list.",
        )
        .with_continue_token(Continue::new(None, &*token.start).encode()),
    }
}

/// One who waits for a version, counted for as long as it does.
struct Waiting<'s>(&'s Inner);

impl<'s> Waiting<'s> {
    fn new(inner: &'s Inner) -> Self {
        inner.waiting.fetch_add(1, Ordering::SeqCst);
        Self(inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
