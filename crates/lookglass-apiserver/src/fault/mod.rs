//! Faults on demand: what a real server does on its bad days, when a test says so.
//!
//! A [`Fault`] says what goes wrong, for which requests, when and how often; [`ApiServer::fault`](crate::ApiServer::fault) sets it, and hands back
//! a [`FaultHandle`] by which it can be taken away and by which a test can wait until it has struck. Faults stand in front of the server: they
//! strike requests that come over sockets, from a [`kube::Client`](https://docs.rs/kube) in the process and through the tower service alike, but
//! not what a test does with the methods of [`ApiServer`](crate::ApiServer) itself.
//!
//! Everything follows tokio's clock. With paused time and one thread, the same faults strike the same requests in every run.
//!
//! # Cost
//!
//! A request costs one atomic load as long as no fault is set, a watch one more each time it is polled. The body of a watch is boxed once more
//! than without this layer, so that faults find those that are open.

mod bell;
mod layer;
mod matcher;
mod refusal;
mod set;
mod stream;

use std::time::Duration;

use lookglass_object::Status;
use lookglass_protocol::Verb;

pub use self::set::FaultHandle;
pub(crate) use self::{
    layer::Faulty,
    matcher::Asked,
    set::{Behind, Faults},
};
use self::{matcher::Matcher, refusal::Refusal};

/// Something that goes wrong.
///
/// Defaults:
///
/// - it strikes every request; those of watches strike every watch;
/// - at once;
/// - the first time it matches, and every time, until it is [removed](FaultHandle::remove). [`cut_watches`](Self::cut_watches) is the exception.
///
/// ```
/// use std::time::Duration;
/// use lookglass_apiserver::{Fault, Verb};
///
/// // The second and third update of a Deployment in `prod` conflict.
/// let conflict = Fault::conflict().verb(Verb::Update).resource("deployments.apps").namespace("prod").nth(2).times(2);
/// // After five seconds, every watch that is open then breaks off in the middle of what it is just telling.
/// let cut = Fault::cut_watches().after(Duration::from_secs(5));
/// # drop((conflict, cut));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until a server is given it"]
pub struct Fault {
    effect: Effect,
    matcher: Matcher,
    after: Duration,
    lasting: Option<Duration>,
    nth: usize,
    times: usize,
}

/// What a fault does.
#[derive(Debug, Clone)]
enum Effect {
    /// Answers instead of the server.
    Refuse(Refusal),
    /// Holds the request up.
    Delay(Duration),
    /// Holds the request up until the fault is gone.
    Hang,
    /// Closes the connection instead of answering.
    Reset,
    /// Breaks the body of the answer off after so many bytes.
    Truncate(u64),
    /// Ends the watches that are open.
    Cut,
    /// Breaks watches off in the middle of a frame.
    CutFrame,
    /// Keeps bookmarks from watches.
    WithholdBookmarks,
    /// Keeps everything from watches until the fault is gone.
    Stall,
    /// Lets changes happen that no watch is told of.
    LoseEvents,
}

impl Fault {
    /// Every watch that is open at the moment it strikes ends, cleanly, as when the server closes it. Watches opened later are spared. With
    /// [`times`](Self::times) no more than so many end.
    pub fn cut_watches() -> Self {
        Self::new(Effect::Cut)
    }

    /// Each watch breaks off in the middle of the next frame it is sent: the first half of the frame comes, then the connection fails.
    pub fn cut_mid_frame() -> Self {
        Self::new(Effect::CutFrame)
    }

    /// The body of the answer breaks off after this many bytes, and the connection fails.
    pub fn cut_after(bytes: u64) -> Self {
        Self::new(Effect::Truncate(bytes))
    }

    /// Watches get no bookmarks: neither the regular ones nor the one that ends the initial events of a streaming list. A client that has none
    /// cannot tell when a streaming list is complete.
    pub fn withhold_bookmarks() -> Self {
        Self::new(Effect::WithholdBookmarks)
    }

    /// Watches stay open and say nothing, as behind a proxy that lost its other side. When the fault is over they go on with all they held
    /// back, unless that was more than the server keeps for a slow reader.
    pub fn stall_watches() -> Self {
        Self::new(Effect::Stall)
    }

    /// Changes of a resource (`pods`, `deployments.apps`) happen without any watch being told, now or when it resumes. No real server does so
    /// knowingly; caches that claim to repair themselves must. The matchers other than the resource do not apply.
    pub fn lose_events(resource: impl Into<String>) -> Self {
        Self::new(Effect::LoseEvents).resource(resource)
    }

    /// 410 `Expired`: what is asked for is too old. A watch is told so as a real server tells it, in a frame of a stream that ends there.
    pub fn expired() -> Self {
        Self::new(Effect::Refuse(Refusal::Expired))
    }

    /// 429 from the limiter in front of the server, in plain text, with `Retry-After` in whole seconds.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self::new(Effect::Refuse(Refusal::TooManyRequests { seconds: retry_after.as_secs() }))
    }

    /// 409 `Conflict`: the object has been modified.
    pub fn conflict() -> Self {
        Self::new(Effect::Refuse(Refusal::Conflict))
    }

    /// 500 `InternalError`.
    pub fn internal_error() -> Self {
        Self::status(Status::internal_error("a fault was asked for"))
    }

    /// 503 `ServiceUnavailable`.
    pub fn unavailable() -> Self {
        Self::status(Status::service_unavailable("the server is currently unable to handle the request"))
    }

    /// 504 `Timeout`.
    pub fn timeout() -> Self {
        Self::status(Status::timeout("request did not complete within the allotted timeout", 0))
    }

    /// Any answer there can be, with the status' own code. `Retry-After` is set if the status names a time.
    pub fn status(status: Status) -> Self {
        Self::new(Effect::Refuse(Refusal::Status(Box::new(status))))
    }

    /// The request reaches the server after this time only. Several delays add up.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::Delay(delay))
    }

    /// The request is not answered for as long as the fault lasts.
    pub fn hang() -> Self {
        Self::new(Effect::Hang)
    }

    /// The connection is closed instead of answering. The request did not reach the server.
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    fn new(effect: Effect) -> Self {
        let matcher = Matcher::default();
        Self { effect, matcher, after: Duration::ZERO, lasting: None, nth: 1, times: usize::MAX }
    }

    /// Only requests of this verb.
    pub fn verb(mut self, verb: Verb) -> Self {
        self.matcher.verb = Some(verb);
        self
    }

    /// Only requests for this resource: `pods`, `deployments.apps`. Its subresources are part of it; `pods/status` is that subresource alone.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.matcher.resource = Some(resource.into());
        self
    }

    /// Only requests in this namespace. Those over all namespaces are in none.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.matcher.namespace = Some(namespace.into());
        self
    }

    /// Only requests that name this object in their path; creates, lists and watches name none.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.matcher.name = Some(name.into());
        self
    }

    /// Only requests whose path begins so: `/apis/apps/v1`, `/version`.
    pub fn path(mut self, prefix: impl Into<String>) -> Self {
        self.matcher.path = Some(prefix.into());
        self
    }

    /// Only requests of clients whose `User-Agent` contains this.
    pub fn user_agent(mut self, part: impl Into<String>) -> Self {
        self.matcher.user_agent = Some(part.into());
        self
    }

    /// It begins after this time.
    pub fn after(mut self, delay: Duration) -> Self {
        self.after = delay;
        self
    }

    /// It ends by itself after this time, counted from its beginning.
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.lasting = Some(duration);
        self
    }

    /// It spares what matches until the `n`th (counted from one) and strikes from there on.
    pub fn nth(mut self, n: usize) -> Self {
        self.nth = n.max(1);
        self
    }

    /// It strikes so often and no more.
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// It strikes once.
    pub fn once(self) -> Self {
        self.times(1)
    }
}
