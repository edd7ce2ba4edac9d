//! Plays a recording against a server: [`play`].

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use jiff::Timestamp;
use lookglass_protocol::{
    documents::Version,
    identity::{Peer, User},
};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use crate::{
    aliases::Aliases,
    answers::{self, Answer, Received, Watched},
    difference::Difference,
    plan::{Action, Cue, Plan},
    recording::{Auth, Content, Exchange, Frames, Recording},
    stage::{Body, Setup, Stage, Way},
    timeline::{State, Subject, When, uid_of},
};

/// How long an answer may take on the clock of the replay, which runs as fast as nothing happens.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much longer than recorded a watch is read that the server should end.
const GRACE_MS: u64 = 3_000;

/// What became of an exchange.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// The exchange's label.
    pub label: String,
    /// What differs first; `None` if all is equal.
    pub difference: Option<Difference>,
}

/// A play in progress.
struct Play<'r> {
    recording: &'r Recording,
    plan: Plan,
    stage: Stage,
    aliases: Aliases,
    /// How many of the plan's cues are done.
    done: usize,
    remarks: Vec<String>,
}

/// Plays all exchanges in order. The remarks say what could not be staged.
pub(crate) async fn play(recording: &Recording, way: Way) -> anyhow::Result<(Vec<Outcome>, Vec<String>)> {
    let start = recording.exchanges.iter().find_map(date).unwrap_or(Timestamp::UNIX_EPOCH);
    let (stage, initial) = Stage::new(way, start, setup(recording)).await?;
    let mut play = Play {
        recording,
        plan: Plan::of(recording, initial),
        stage,
        aliases: Aliases::default(),
        done: 0,
        remarks: Vec::new(),
    };
    let mut outcomes = Vec::new();
    for at in 0..recording.exchanges.len() {
        let exchange = &recording.exchanges[at];
        if let Some(date) = date(exchange) {
            play.stage.forward_to(date);
        }
        play.prepare(at);
        let result = play.exchange(at).await;
        let difference = result.err();
        play.repair(at, difference.is_none());
        outcomes.push(Outcome { label: exchange.label.clone(), difference });
    }
    Ok((outcomes, play.remarks))
}

/// What the recording tells of how its server was set up: which version it calls itself, and who it knew by token, which is whose requests it did not
/// turn away as nobody's. The name is the one it used when it forbade something.
fn setup(recording: &Recording) -> Setup {
    let mut setup = Setup::default();
    for exchange in recording.exchanges.iter().filter(|exchange| exchange.response.status != 401) {
        if exchange.request.path == "/version"
            && let Some(said) = exchange.json()
        {
            setup.version = version(said);
        }
        let Auth::Token(token) = &exchange.request.auth else { continue };
        let message = exchange.json().and_then(|json| json.get("message")?.as_str()).unwrap_or_default();
        let said = message.split_once("User \"").and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()));
        let user = setup.tokens.entry(token.clone()).or_insert_with(|| token.clone());
        if let Some(said) = said {
            *user = said;
        }
    }
    setup
}

fn version(said: &Value) -> Version {
    let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut version = Version::default();
    version.major = text("major");
    version.minor = text("minor");
    version.emulation_major = text("emulationMajor");
    version.emulation_minor = text("emulationMinor");
    version.min_compatibility_major = text("minCompatibilityMajor");
    version.min_compatibility_minor = text("minCompatibilityMinor");
    version.git_version = text("gitVersion");
    version.git_commit = text("gitCommit");
    version.git_tree_state = text("gitTreeState");
    version.build_date = text("buildDate");
    version.go_version = text("goVersion");
    version.compiler = text("compiler");
    version.platform = text("platform");
    version
}

/// A path whose bytes can be sent: some clients escape less than ours can leave alone.
fn sendable(path: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(byte);
    path.iter().map(|byte| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// When the real server answered.
fn date(exchange: &Exchange) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(exchange.answered("Date")?).ok()?;
    Some(date.timestamp())
}

impl Play<'_> {
    /// Everything that was there before an exchange.
    fn prepare(&mut self, at: usize) {
        self.cues(When::before(at));
        if let Some((_, number, ..)) = self.plan.made.iter().find(|(maker, ..)| *maker == at) {
            self.stage.skip_to(number.saturating_sub(1));
        }
        for (_, trouble) in self.plan.troubles.iter().filter(|(exchange, _)| *exchange == at) {
            self.stage.suffer(*trouble);
        }
    }

    /// The cues up to a moment, in the order of numbers.
    fn cues(&mut self, until: When) {
        while let Some(cue) = self.plan.cues.get(self.done).filter(|cue| cue.when <= until).cloned() {
            self.done += 1;
            self.cue(&cue);
        }
    }

    fn next_cue(&self, exchange: usize) -> Option<u64> {
        self.plan.cues.get(self.done).filter(|cue| cue.when.exchange == exchange).map(|cue| cue.when.ms)
    }

    fn cue(&mut self, cue: &Cue) {
        let (subject, state) = match &cue.action {
            Action::Reach => return self.stage.skip_to(cue.number),
            Action::Put(subject, object) => (subject, State::Present(object.clone())),
            Action::Remove(subject) => (subject, State::Gone),
        };
        self.put(subject, &state, cue.number);
    }

    fn put(&mut self, subject: &Subject, state: &State, number: u64) {
        let name = self.aliases.to_ours(subject.name.as_bytes());
        let subject = &Subject { name: String::from_utf8_lossy(&name).into_owned(), ..subject.clone() };
        let current = self.stage.current(subject);
        let as_is = match (&current, state) {
            (None, State::Gone) => true,
            (Some(current), State::Present(_)) => current.version() == number,
            _ => false,
        };
        if as_is {
            return;
        }
        if self.stage.version() >= number {
            let at = self.stage.version();
            self.remarks
                .push(format!("{} {} was due as {number} when {at} had been reached", subject.gvr, subject.name));
        }
        self.stage.skip_to(number.saturating_sub(1));
        let state = match state {
            State::Present(object) => {
                let translated = self.aliases.to_ours(object.to_string().as_bytes());
                State::Present(serde_json::from_slice(&translated).unwrap_or_else(|_| object.clone()))
            }
            State::Gone => State::Gone,
        };
        if let Err(error) = self.stage.set(subject, &state) {
            self.remarks.push(format!("{error:#}"));
        }
    }

    async fn exchange(&mut self, at: usize) -> Result<(), Difference> {
        let exchange = &self.recording.exchanges[at];
        let request = self.request(exchange).map_err(|error| Difference::new("request", "", format!("{error:#}")))?;
        let begun = Instant::now();
        let failed = |text: String| Difference::new("answer", exchange.response.status.to_string(), text);
        let response = match timeout(PATIENCE, self.stage.call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(failed(format!("{error:#}"))),
            Err(_) => return Err(failed(format!("none within {PATIENCE:?}"))),
        };
        let (head, body) = response.into_parts();
        let watch = match &exchange.response.content {
            Content::Frames(frames) if head.status == 200 => Some(frames),
            _ => None,
        };
        let body = match watch {
            Some(frames) => Received::Watch(self.watch(at, frames, begun, body).await),
            None => match timeout(PATIENCE, body.collect()).await {
                Ok(Ok(body)) => Received::Whole(body.to_bytes()),
                Ok(Err(error)) => return Err(failed(error.to_string())),
                Err(_) => return Err(failed("a body without an end".to_owned())),
            },
        };
        let answer = Answer { status: head.status, headers: head.headers, body };
        let mut aliases = self.aliases.clone();
        let result = answers::compare(exchange, &answer, &mut aliases);
        if result.is_ok() {
            self.aliases = aliases;
        } else {
            self.recognise(exchange, &answer);
        }
        result
    }

    /// Reads a watch for as long as the recorder did, while things happen behind the scenes.
    async fn watch(&mut self, at: usize, frames: &Frames, begun: Instant, mut body: Body) -> Watched {
        let grace = if frames.closed_by_server { GRACE_MS } else { 0 };
        let deadline = begun + Duration::from_millis(frames.closed_at_ms + grace);
        let mut watched = Watched::default();
        let ms = |now: Instant| u64::try_from((now - begun).as_millis()).unwrap_or(u64::MAX);
        loop {
            let cue = self.next_cue(at).map(|ms| begun + Duration::from_millis(ms));
            let next = cue.map_or(deadline, |cue| cue.min(deadline));
            match timeout_at(next, body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(piece) = frame.into_data() {
                        watched.pieces.push((ms(Instant::now()), piece));
                    }
                }
                Ok(Some(Err(_)) | None) => {
                    watched.ended_at_ms = Some(ms(Instant::now()));
                    break;
                }
                Err(_) if cue.is_some_and(|cue| cue <= deadline) => {
                    self.cues(When { exchange: at, ms: ms(Instant::now()) });
                }
                Err(_) => break,
            }
        }
        // What the recording tells of the time after a watch that ended early still happens.
        if let Some(last) = self.next_cue(at) {
            sleep_until(begun + Duration::from_millis(last.min(frames.closed_at_ms))).await;
            self.cues(When { exchange: at, ms: u64::MAX });
        }
        watched
    }

    fn request(&self, exchange: &Exchange) -> anyhow::Result<Request<Full<Bytes>>> {
        let recorded = &exchange.request;
        let path = sendable(&self.aliases.to_ours(recorded.path.as_bytes()));
        let mut request = Request::builder().method(recorded.method.as_str()).uri(path);
        for (name, value) in &recorded.headers {
            request = request.header(name, String::from_utf8(self.aliases.to_ours(value.as_bytes()))?);
        }
        let peer = match recorded.auth {
            Auth::Certificate => Peer::unknown().with_user(User::admin()),
            Auth::Token(_) | Auth::Nobody => Peer::unknown(),
        };
        request = request.extension(peer);
        Ok(request.body(Full::new(self.aliases.to_ours(&recorded.body).into()))?)
    }

    /// Of an answer that differs: what the object is called is remembered nevertheless, for the exchanges that follow.
    fn recognise(&mut self, exchange: &Exchange, answer: &Answer) {
        let Received::Whole(body) = &answer.body else { return };
        let Some(recorded) = exchange.json() else { return };
        let Ok(ours) = serde_json::from_slice::<Value>(body) else { return };
        if recorded.get("kind") == ours.get("kind")
            && let (Some(uid), Some(our_uid)) = (uid_of(recorded), uid_of(&ours))
        {
            self.aliases.learn(uid, our_uid);
            let name = |object: &Value| object.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned);
            if let (Some(name), Some(our_name)) = (name(recorded), name(&ours)) {
                self.aliases.learn(&name, &our_name);
            }
        }
    }

    /// A difference is counted once: what an exchange should have made and did not is put in place for those that follow.
    fn repair(&mut self, at: usize, equal: bool) {
        if equal {
            return;
        }
        let due: Vec<_> = self.plan.made.iter().filter(|(maker, ..)| *maker == at).cloned().collect();
        for (_, number, subject, state) in due {
            self.put(&subject, &state, number);
        }
    }
}
