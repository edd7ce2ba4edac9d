//! Who drives a connection, and when.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    task::JoinHandle,
};

use super::*;

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// Both ends of a connection, the client's with its task.
struct Pair {
    sender: Sender,
    server: DuplexStream,
    close: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn pair() -> Pair {
    let (client, server) = duplex(1 << 16);
    let (sender, connection) = begin(Counted::new(Box::new(client) as Box<dyn Io>, Arc::default())).await.unwrap();
    let (close, closing) = oneshot::channel();
    Pair { sender, server, close, task: tokio::spawn(drive(connection, closing)) }
}

impl Pair {
    /// A request whose answer has begun.
    async fn answered(&mut self) -> Body {
        let request = Request::get("/").body(Bytes::new()).unwrap();
        let server = async {
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(self.server.read_u8().await.unwrap());
            }
            self.server.write_all(HEAD).await.unwrap();
        };
        let (answer, ()) = tokio::join!(self.sender.send(request), server);
        answer.unwrap().into_body()
    }

    async fn says(&mut self, pieces: impl IntoIterator<Item = usize>) {
        for piece in pieces {
            let text = format!("{piece:04}");
            self.server.write_all(format!("4\r\n{text}\r\n").as_bytes()).await.unwrap();
        }
    }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn number(frame: Poll<Option<Result<Frame<Bytes>, Failure>>>) -> Option<usize> {
    match frame {
        Poll::Ready(Some(Ok(frame))) => Some(std::str::from_utf8(frame.data_ref()?).ok()?.parse().unwrap()),
        Poll::Pending => None,
        Poll::Ready(end) => panic!("it ended: {end:?}"),
    }
}

async fn next(body: &mut Body) -> Option<Result<Frame<Bytes>, Failure>> {
    poll_fn(|cx| body.poll_frame(cx)).await
}

// All on one thread, so that no task runs unless the test awaits something.
#[tokio::test]
async fn a_reader_gets_all_that_has_come_without_any_task_in_between() {
    let mut pair = pair().await;
    let mut body = pair.answered().await;
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut cx = Context::from_waker(&waker);
    assert!(body.poll_frame(&mut cx).is_pending());
    for round in 0..3 {
        woken.0.store(0, Ordering::SeqCst);
        pair.says(0..1000).await;
        // What comes wakes him, and not a task that would have to wake him in turn.
        assert!(woken.0.load(Ordering::SeqCst) > 0, "round {round}");
        woken.0.store(0, Ordering::SeqCst);
        for piece in 0..1000 {
            assert_eq!(number(body.poll_frame(&mut cx)), Some(piece), "round {round}");
        }
        assert!(body.poll_frame(&mut cx).is_pending());
        assert_eq!(woken.0.load(Ordering::SeqCst), 0, "he is sent to the scheduler again for what he has seen");
    }
}

#[tokio::test]
async fn a_connection_whose_answer_was_read_carries_the_next_one() {
    let mut pair = pair().await;
    for _ in 0..3 {
        let mut body = pair.answered().await;
        pair.says(0..3).await;
        pair.server.write_all(b"0\r\n\r\n").await.unwrap();
        for piece in 0..3 {
            assert_eq!(number(Poll::Ready(next(&mut body).await)), Some(piece));
        }
        assert!(next(&mut body).await.is_none());
    }
}

#[tokio::test]
async fn the_peer_of_a_reader_that_goes_learns_of_it() {
    for polled in [false, true] {
        let mut pair = pair().await;
        let mut body = pair.answered().await;
        if polled {
            // From here on what comes would wake a reader that is gone.
            let mut cx = Context::from_waker(Waker::noop());
            assert!(body.poll_frame(&mut cx).is_pending());
        }
        drop(body);
        drop(pair.sender);
        assert_eq!(pair.server.read(&mut [0; 8]).await.unwrap(), 0, "polled: {polled}");
        pair.task.await.unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_waits_learns_how_the_connection_ended() {
    // The peer goes; the connection is told to end; its runtime ends.
    for how in 0..3 {
        let mut pair = pair().await;
        let mut body = pair.answered().await;
        pair.says([7]).await;
        let reader = tokio::spawn(async move {
            assert_eq!(number(Poll::Ready(next(&mut body).await)), Some(7));
            next(&mut body).await
        });
        // It waits now, and drives.
        tokio::task::yield_now().await;
        match how {
            0 => drop(pair.server),
            1 => pair.close.send(()).unwrap(),
            _ => pair.task.abort(),
        }
        let end = reader.await.unwrap();
        assert!(matches!(end, Some(Err(_))), "{how}: {end:?}");
    }
}

#[test]
fn a_reader_is_called_unless_he_is_about_to_look() {
    let woken = Arc::new(Woken::default());
    let count = || woken.0.swap(0, Ordering::SeqCst);
    let reader = Arc::new(Reader::new());
    let call = Waker::from(Arc::clone(&reader));
    reader.begins(&Waker::from(Arc::clone(&woken)));
    call.wake_by_ref();
    reader.looks();
    reader.waits();
    assert_eq!(count(), 0, "he has looked after the call");
    call.wake_by_ref();
    assert_eq!(count(), 1, "he waits");
    reader.begins(&Waker::from(Arc::clone(&woken)));
    reader.looks();
    call.wake_by_ref();
    call.wake_by_ref();
    assert_eq!(count(), 0, "he may still see it");
    reader.waits();
    assert_eq!(count(), 1, "he has not");
    reader.begins(&Waker::from(Arc::clone(&woken)));
    call.wake_by_ref();
    reader.got();
    assert_eq!(count(), 0, "he comes again");
    call.wake();
    assert_eq!(count(), 1);
}
