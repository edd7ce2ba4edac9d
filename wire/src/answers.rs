//! Compares an answer of ours with the recorded one.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use lookglass_object::protobuf;
use serde_json::Value;

use crate::{
    aliases::Aliases,
    decode::json_of,
    difference::{Comparison, Difference},
    recording::{Content, Exchange, Frames},
};

/// How much earlier or later than recorded a server may say by itself what time makes it say: bookmarks, errors, the end of a watch.
const TOLERANCE_MS: u64 = 1_500;

/// Headers of the connection, not of the answer; and the length, which is the body's.
const NOT_COMPARED: [&str; 4] = ["connection", "content-length", "date", "transfer-encoding"];

/// Headers whose value is made up anew by every server or for every request. That they are there is compared.
const MADE_UP: [&str; 6] = [
    "audit-id",
    "expires",
    "last-modified",
    "process-start-time-unix",
    "x-kubernetes-pf-flowschema-uid",
    "x-kubernetes-pf-prioritylevel-uid",
];

/// What our server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Received,
}

#[derive(Debug)]
pub(crate) enum Received {
    Whole(Bytes),
    Watch(Watched),
}

/// A watch as it came in.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// Each piece with when it came, in milliseconds after the request.
    pub(crate) pieces: Vec<(u64, Bytes)>,
    /// When the server ended it, if it did.
    pub(crate) ended_at_ms: Option<u64>,
}

/// The first difference between what was recorded and what came.
pub(crate) fn compare(exchange: &Exchange, answer: &Answer, aliases: &mut Aliases) -> Result<(), Difference> {
    let (recorded, ours) = (exchange.response.status, answer.status.as_u16());
    if recorded != ours {
        let said = match &answer.body {
            Received::Whole(body) => String::from_utf8_lossy(body).into_owned(),
            Received::Watch(_) => "a watch".to_owned(),
        };
        return Err(Difference::new("status", recorded.to_string(), format!("{ours}: {said}")));
    }
    headers(exchange, &answer.headers, aliases)?;
    match (&exchange.response.content, &answer.body) {
        (Content::Frames(frames), Received::Watch(watched)) => watch(frames, watched, aliases),
        (Content::Frames(_), Received::Whole(body)) => {
            Err(Difference::new("body", "a watch", String::from_utf8_lossy(body)))
        }
        (recorded, Received::Whole(body)) => content(recorded, body, aliases),
        (_, Received::Watch(_)) => Err(Difference::new("body", "no watch", "a watch")),
    }
}

fn headers(exchange: &Exchange, ours: &HeaderMap, aliases: &mut Aliases) -> Result<(), Difference> {
    let recorded = &exchange.response.headers;
    for name in recorded.iter().map(|(name, _)| name.to_ascii_lowercase()) {
        if NOT_COMPARED.contains(&name.as_str()) {
            continue;
        }
        let values = |name: &str| {
            let values = recorded.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
        };
        let value = values(&name);
        let our_values: Vec<&str> = ours.get_all(&name).iter().filter_map(|value| value.to_str().ok()).collect();
        let our_value = String::from_utf8_lossy(&aliases.to_recorded(our_values.join(", ").as_bytes())).into_owned();
        let same =
            if MADE_UP.contains(&name.as_str()) { !our_values.is_empty() } else { aliases.same(&value, &our_value) };
        if !same {
            return Err(Difference::new(format!("header {name}"), value, our_value));
        }
    }
    let known =
        |name: &str| NOT_COMPARED.contains(&name) || recorded.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if exchange.answered("Date").is_none() {
        // This recording kept only some.
        return Ok(());
    }
    match ours.iter().find(|(name, _)| !known(name.as_str())) {
        Some((name, value)) => {
            Err(Difference::new(format!("header {name}"), "", String::from_utf8_lossy(value.as_bytes())))
        }
        None => Ok(()),
    }
}

fn content(recorded: &Content, body: &Bytes, aliases: &mut Aliases) -> Result<(), Difference> {
    let translated = aliases.to_recorded(body);
    match recorded {
        Content::Json(json) => {
            let ours = parse(&json.to_string(), &translated)?;
            Comparison { aliases, cut: false }.json("body ", json, &ours)
        }
        Content::CutJson(json, length) => {
            let ours = parse(&json.to_string(), &translated)?;
            Comparison { aliases, cut: true }.json("body ", json, &ours)?;
            match length.filter(|length| *length != body.len() as u64) {
                Some(length) => {
                    Err(Difference::new("body", format!("{length} bytes"), format!("{} bytes", body.len())))
                }
                None => Ok(()),
            }
        }
        Content::Text(text) => {
            let ours = String::from_utf8_lossy(&translated);
            let (shown, our_shown) = match text.rfind("...[truncated, ") {
                Some(end) => (&text[..end], ours.get(..end).unwrap_or(&ours)),
                None => (text.as_str(), &*ours),
            };
            if aliases.same(shown, our_shown) { Ok(()) } else { Err(first_line(shown, our_shown)) }
        }
        Content::Binary(bytes) => binary(bytes, body, aliases),
        Content::Frames(_) => Err(Difference::new("body", "a watch", "none")),
    }
}

/// Where two texts part.
fn first_line(recorded: &str, ours: &str) -> Difference {
    let mut ours_lines = ours.lines();
    for (at, line) in recorded.lines().enumerate() {
        let our_line = ours_lines.next();
        if our_line != Some(line) {
            return Difference::new(format!("body line {}", at + 1), line, our_line.unwrap_or_default());
        }
    }
    Difference::new("body", recorded, ours)
}

fn parse(recorded: &str, ours: &[u8]) -> Result<Value, Difference> {
    serde_json::from_slice(ours).map_err(|_| Difference::new("body", recorded, String::from_utf8_lossy(ours)))
}

fn binary(recorded: &Bytes, ours: &Bytes, aliases: &mut Aliases) -> Result<(), Difference> {
    let not_protobuf = || Difference::new("body", "protobuf", String::from_utf8_lossy(ours));
    let (Some(json), Some(our_json)) = (json_of(recorded), json_of(ours)) else { return Err(not_protobuf()) };
    let translated = aliases.to_recorded(our_json.to_string().as_bytes());
    let our_json = parse(&json.to_string(), &translated)?;
    Comparison { aliases, cut: false }.json("body ", &json, &our_json)?;
    if recorded.len() == ours.len() {
        return Ok(());
    }
    // The same content in another form: a zero that is written or not.
    Err(Difference::new("body", format!("{} bytes", recorded.len()), format!("{} bytes", ours.len())))
}

fn watch(recorded: &Frames, watched: &Watched, aliases: &mut Aliases) -> Result<(), Difference> {
    let frames = split(watched, aliases)?;
    for (at, frame) in recorded.frames.iter().enumerate() {
        let Some((ms, ours)) = frames.get(at) else {
            return Err(Difference::new(format!("frame {at}"), frame.frame.to_string(), ""));
        };
        Comparison { aliases, cut: false }.json(&format!("frame {at} "), &frame.frame, ours)?;
        let timed = matches!(frame.frame.get("type").and_then(Value::as_str), Some("BOOKMARK" | "ERROR"));
        if timed && ms.abs_diff(frame.at_ms) > TOLERANCE_MS {
            let (recorded, ours) = (format!("at {} ms", frame.at_ms), format!("at {ms} ms"));
            return Err(Difference::new(format!("frame {at}"), recorded, ours));
        }
    }
    if let Some((ms, extra)) = frames.get(recorded.frames.len()) {
        return Err(Difference::new(format!("frame {} at {ms} ms", recorded.frames.len()), "", extra.to_string()));
    }
    let end = |ms: Option<u64>| ms.map_or_else(|| "open".to_owned(), |ms| format!("ended at {ms} ms"));
    let recorded_end = recorded.closed_by_server.then_some(recorded.closed_at_ms);
    let same = match (recorded_end, watched.ended_at_ms) {
        (None, None) => true,
        (Some(recorded), Some(ours)) => recorded.abs_diff(ours) <= TOLERANCE_MS,
        _ => false,
    };
    if same { Ok(()) } else { Err(Difference::new("watch", end(recorded_end), end(watched.ended_at_ms))) }
}

/// The frames of a watch, JSON or protobuf, each with when its end came.
fn split(watched: &Watched, aliases: &Aliases) -> Result<Vec<(u64, Value)>, Difference> {
    let mut frames = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    for (ms, piece) in &watched.pieces {
        pending.extend_from_slice(piece);
        loop {
            // A frame of protobuf begins with its length, whose first byte is 0 for every frame that could be.
            let (frame, length) = if pending.first() == Some(&0) {
                let Ok(Some(range)) = protobuf::split_frame(&pending, usize::MAX) else { break };
                (protobuf_frame(&pending[range.clone()]), range.end)
            } else {
                let Some(end) = pending.iter().position(|byte| *byte == b'\n') else { break };
                let line = aliases.to_recorded(&pending[..end]);
                let frame = serde_json::from_slice(&line).map_err(|_| String::from_utf8_lossy(&line).into_owned());
                (frame, end + 1)
            };
            let frame = frame.map_err(|text| Difference::new(format!("frame {}", frames.len()), "", text))?;
            frames.push((*ms, frame));
            pending.drain(..length);
        }
    }
    if pending.is_empty() {
        return Ok(frames);
    }
    Err(Difference::new(format!("frame {}", frames.len()), "", String::from_utf8_lossy(&pending)))
}

fn protobuf_frame(content: &[u8]) -> Result<Value, String> {
    let unread = || "a frame that cannot be read".to_owned();
    let frame = protobuf::WatchFrame::parse(content).map_err(|_| unread())?;
    let object = json_of(frame.object()).ok_or_else(unread)?;
    Ok(serde_json::json!({"type": frame.event(), "object": object}))
}
