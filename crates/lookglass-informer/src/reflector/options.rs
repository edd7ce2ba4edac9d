//! How a reflector goes about it.

use std::time::Duration;

use lookglass_object::{FieldSelector, Selector};

use super::Backoff;

/// How a reflector goes about it. Defaults:
///
/// * `labels`, `fields`: everything;
/// * `resync`: never, which zero means as well;
/// * `streaming`: yes, falling back to lists in pages where a server cannot do it;
/// * `page_size`: chosen for the server's good: 500, or all at once where it can answer from its cache only so;
/// * `watch_timeout`: 5 minutes, which asks the server to end each watch between 5 and 10 minutes after its beginning (less than a second counts as one);
/// * `backoff`: [client-go's](Backoff);
/// * `slow_backoff`: 5 s, doubled up to a minute: for what does not mend itself, such as a missing right or a kind that does not exist yet;
/// * `repair`: 10 s, doubled up to 10 minutes: the list after an object that could not be read;
/// * `answer_patience`: 60 s without an answer, or without progress of a list;
/// * `streaming_patience`: 10 s without progress of a streaming list;
/// * `streaming_limit`: 2 minutes for a streaming list as a whole;
/// * `streaming_retry`: 10 minutes of lists in pages after a streaming list that failed;
/// * `silence`: 90 s without an event or bookmark, where the server sends bookmarks (it does so each minute, if there is something to say);
/// * `grace`: 30 s more than the server was asked to take.
///
/// ```
/// use std::time::Duration;
/// use lookglass_informer::ReflectorOptions;
///
/// let options = ReflectorOptions::default().resync(Duration::from_secs(30)).page_size(100);
/// assert_eq!(options.page_size, Some(100));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReflectorOptions {
    /// Only objects with these labels.
    pub labels: Selector,
    /// Only objects with these fields.
    pub fields: FieldSelector,
    /// How often everything is told once more; `None` for never.
    pub resync: Option<Duration>,
    /// Whether the state is asked for as a streaming list first.
    pub streaming: bool,
    /// How many items a page of a list has; `Some(0)` for all in one; `None` for what serves the server best.
    pub page_size: Option<u32>,
    /// The server is asked to end a watch after a time between this and twice this.
    pub watch_timeout: Duration,
    /// Waits after errors.
    pub backoff: Backoff,
    /// Waits while a right or the resource itself is missing.
    pub slow_backoff: Backoff,
    /// Waits before the list that is to repair what could not be read.
    pub repair: Backoff,
    /// How long nothing may come: no answer at all, or nothing more of a list.
    pub answer_patience: Duration,
    /// How long a streaming list may stand still before its end was told.
    pub streaming_patience: Duration,
    /// How long a streaming list may take as a whole.
    pub streaming_limit: Duration,
    /// For how long lists are taken instead, after a streaming list that failed.
    pub streaming_retry: Duration,
    /// How long a watch may say nothing before it is suspected to be dead.
    pub silence: Duration,
    /// How long after its time a watch may end.
    pub grace: Duration,
}

impl Default for ReflectorOptions {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            labels: Selector::everything(),
            fields: FieldSelector::everything(),
            resync: None,
            streaming: true,
            page_size: None,
            watch_timeout: seconds(300),
            backoff: Backoff::default(),
            slow_backoff: Backoff { start: seconds(5), cap: seconds(60), reset: seconds(600), ..Backoff::default() },
            repair: Backoff { start: seconds(10), cap: seconds(600), reset: seconds(3600), ..Backoff::default() },
            answer_patience: seconds(60),
            streaming_patience: seconds(10),
            streaming_limit: seconds(120),
            streaming_retry: seconds(600),
            silence: seconds(90),
            grace: seconds(30),
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        impl ReflectorOptions {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(self, $name: $type) -> Self {
                    Self { $name: $name.into(), ..self }
                }
            )*
        }
    };
}

setters! {
    /// Only objects with these labels.
    labels: Selector,
    /// Only objects with these fields.
    fields: FieldSelector,
    /// How often everything is told once more.
    resync: Duration,
    /// Whether the state is asked for as a streaming list first.
    streaming: bool,
    /// How many items a page of a list has; 0 for all in one.
    page_size: u32,
    /// The server is asked to end a watch after a time between this and twice this.
    watch_timeout: Duration,
    /// Waits after errors.
    backoff: Backoff,
    /// Waits while a right or the resource itself is missing.
    slow_backoff: Backoff,
    /// Waits before the list that is to repair what could not be read.
    repair: Backoff,
    /// How long nothing may come: no answer at all, or nothing more of a list.
    answer_patience: Duration,
    /// How long a streaming list may stand still before its end was told.
    streaming_patience: Duration,
    /// How long a streaming list may take as a whole.
    streaming_limit: Duration,
    /// For how long lists are taken instead, after a streaming list that failed.
    streaming_retry: Duration,
    /// How long a watch may say nothing before it is suspected to be dead.
    silence: Duration,
    /// How long after its time a watch may end.
    grace: Duration,
}
