//! Objects, and watches polled by hand.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use lookglass_apiserver::storage::{Clash, Committed, Expect, Limits, Next, Storage, Watch};
use lookglass_object::{FieldSelector, Key, Selector, Status};
use lookglass_protocol::{
    ChangeKind, Page, Resource, Stored, Target, WatchItem, Watcher as _, builtin,
    params::{Continue, ListParams, ListVersion, WatchParams, WatchStart},
};

/// One resource of a storage.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) storage: Storage,
    pub(crate) resource: Arc<Resource>,
}

impl Desk {
    /// Of the resource with this path: `("", "v1", "pods")`.
    pub(crate) fn of(path: (&str, &str, &str), limits: Limits) -> Self {
        Self { storage: Storage::new(limits), resource: Arc::clone(resource(path)) }
    }

    pub(crate) fn pods() -> Self {
        Self::of(("", "v1", "pods"), Limits::default())
    }

    /// Another resource of the same storage.
    pub(crate) fn beside(&self, path: (&str, &str, &str)) -> Self {
        Self { storage: self.storage.clone(), resource: Arc::clone(resource(path)) }
    }

    /// An object at a version; `labels` as in `app=web,tier=front`, `rest` members after the metadata.
    pub(crate) fn object(&self, key: &str, labels: &str, rest: &str, version: u64, change: ChangeKind) -> Stored {
        let key: Key = key.parse().expect("a key");
        let pairs: Vec<(&str, &str)> = labels.split(',').filter_map(|pair| pair.split_once('=')).collect();
        let written: Vec<String> = pairs.iter().map(|(key, value)| format!(r#""{key}":"{value}""#)).collect();
        let namespace = key.namespace().map(|namespace| format!(r#""namespace":"{namespace}","#)).unwrap_or_default();
        let meta = format!(
            r#"{{"name":"{}",{namespace}"resourceVersion":"{version}","labels":{{{}}}}}"#,
            key.name(),
            written.join(",")
        );
        let kind = self.resource.kind.kind();
        let json = format!(r#"{{"kind":"{kind}","apiVersion":"v1","metadata":{meta}{rest}}}"#);
        let labels = self.storage.interner().labels(pairs);
        Stored::new(key, version, labels, change, json.as_bytes(), self.resource.entry)
    }

    pub(crate) fn commit(&self, key: &str, expect: Expect, labels: &str, rest: &str) -> Result<Committed, Clash> {
        self.storage.commit(&self.resource.gvr, &key.parse().expect("a key"), expect, |version| {
            let change = if expect == Expect::Absent { ChangeKind::Added } else { ChangeKind::Modified };
            Next::Put(self.object(key, labels, rest, version, change))
        })
    }

    /// Puts an object, whatever is there; gives its version.
    pub(crate) fn put(&self, key: &str, labels: &str) -> u64 {
        self.put_with(key, labels, "")
    }

    pub(crate) fn put_with(&self, key: &str, labels: &str, rest: &str) -> u64 {
        let done = self.commit(key, Expect::Any, labels, rest);
        done.expect("anything is expected").object.version()
    }

    /// Removes an object that is there, with the labels it had; gives the version.
    pub(crate) fn remove(&self, key: &str) -> u64 {
        let key: Key = key.parse().expect("a key");
        let last = self.storage.get(&self.resource.gvr, &key).expect("an object to remove");
        let text = String::from_utf8(last.json().to_vec()).expect("text");
        let removed = self.storage.commit(&self.resource.gvr, &key, Expect::Version(last.version()), |version| {
            let was = format!(r#""resourceVersion":"{}""#, last.version());
            let json = text.replace(&was, &format!(r#""resourceVersion":"{version}""#));
            let labels = last.labels().clone();
            let change = ChangeKind::Deleted;
            Next::Remove(Stored::new(key.clone(), version, labels, change, json.as_bytes(), last.entry()))
        });
        removed.expect("nobody else writes").object.version()
    }

    pub(crate) fn target(&self, namespace: Option<&str>) -> Target {
        Target::collection(self.resource.clone(), namespace)
    }

    pub(crate) async fn list(&self, namespace: Option<&str>, params: &ListParams) -> Result<Page, Status> {
        self.storage.list(&self.target(namespace), params).await
    }

    pub(crate) async fn watch(&self, namespace: Option<&str>, start: WatchStart, labels: &str, fields: &str) -> Tap {
        let params = watch_params(start, labels, fields);
        Tap(Box::pin(self.storage.watch(&self.target(namespace), &params).await))
    }
}

pub(crate) fn resource((group, version, plural): (&str, &str, &str)) -> &'static Arc<Resource> {
    builtin::catalog().resource(group, version, plural).expect("a built-in resource")
}

pub(crate) fn watch_params(start: WatchStart, labels: &str, fields: &str) -> WatchParams {
    let mut params = WatchParams::default();
    params.labels = labels.parse::<Selector>().expect("a selector");
    params.fields = fields.parse::<FieldSelector>().expect("a selector");
    params.start = start;
    params
}

pub(crate) fn list_params(version: ListVersion, limit: Option<usize>, labels: &str, fields: &str) -> ListParams {
    let mut params = ListParams::default();
    params.labels = labels.parse::<Selector>().expect("a selector");
    params.fields = fields.parse::<FieldSelector>().expect("a selector");
    params.version = version;
    params.limit = limit;
    params
}

/// Where a watch begins that begins with the newest state and its mark.
pub(crate) const STATE: WatchStart = WatchStart::State { version: ListVersion::Latest, end_mark: true };

pub(crate) fn next_page(mut params: ListParams, next: Continue) -> ListParams {
    params.continuation = Some(next);
    params
}

/// `key@version` of each item.
pub(crate) fn items(page: &Page) -> Vec<String> {
    page.items.iter().map(said).collect()
}

pub(crate) fn said(object: &Stored) -> String {
    format!("{}@{}", object.key(), object.version())
}

/// A watch, polled by hand.
#[derive(Debug)]
pub(crate) struct Tap(pub(crate) Pin<Box<Watch>>);

impl Tap {
    /// What is there, as `ADDED default/web@7`, `COMPLETE 7`, `FAILED …`, `END`; at most `most`.
    pub(crate) fn take(&mut self, most: usize) -> Vec<String> {
        let mut taken = Vec::new();
        let mut turns = 0;
        while taken.len() < most {
            match self.0.as_mut().poll_next(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Some(item)) => taken.push(told(&item)),
                Poll::Ready(None) => {
                    taken.push("END".to_owned());
                    break;
                }
                // A long state is gone through in turns.
                Poll::Pending if turns < 1_000 => turns += 1,
                Poll::Pending => break,
            }
        }
        taken
    }

    /// All that is there.
    pub(crate) fn drain(&mut self) -> Vec<String> {
        self.take(usize::MAX)
    }

    pub(crate) fn progress(&self) -> u64 {
        self.0.progress()
    }
}

pub(crate) fn told(item: &WatchItem) -> String {
    match item {
        WatchItem::Change(change) => {
            let version = format!(r#""resourceVersion":"{}""#, change.object.version());
            let json = String::from_utf8(change.object.json().to_vec()).expect("text");
            assert!(json.contains(&version), "the bytes say the version {version}: {json}");
            format!("{} {}", change.kind.as_str(), said(&change.object))
        }
        WatchItem::Complete(version) => format!("COMPLETE {version}"),
        WatchItem::Failed(status) => format!("FAILED {} {}", status.code(), status.message()),
    }
}
