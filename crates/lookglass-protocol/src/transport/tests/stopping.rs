//! The end: graceful, impatient, sudden.

use std::{sync::Weak, time::Duration};

use super::*;

async fn refused(serving: &Serving) -> bool {
    TcpStream::connect(serving.local_addr()).await.is_err()
}

#[tokio::test]
async fn a_watch_ends_after_its_last_frame_and_other_answers_are_finished() {
    for version in [1, 2] {
        let (serving, mut feeds) = serve(Transport::plain()).await;
        let (watch, ten) = if version == 1 {
            let watch = over_http1(connect(&serving).await).await.send_request(get("/watch")).await.unwrap();
            (watch, over_http1(connect(&serving).await).await.send_request(get("/ten")).await.unwrap())
        } else {
            let mut client = over_http2(connect(&serving).await).await;
            let watch = client.send_request(get("http://localhost/watch")).await.unwrap();
            (watch, client.send_request(get("http://localhost/ten")).await.unwrap())
        };
        let (events, rest) = (feeds.recv().await.unwrap(), feeds.recv().await.unwrap());
        events.send("one\n").unwrap();
        events.send("two\n").unwrap();
        rest.send("01234").unwrap();
        let stopping = serving.clone();
        let stopped = tokio::spawn(async move { stopping.shutdown().await });
        assert_eq!(text(watch).await, "one\ntwo\n");
        assert!(!stopped.is_finished(), "an answer is under way");
        rest.send("56789").unwrap();
        drop(rest);
        assert_eq!(text(ten).await, "0123456789");
        stopped.await.unwrap();
        assert!(refused(&serving).await);
        assert_eq!(serving.connections(), 0);
        // Once more is no harm.
        serving.shutdown().await;
    }
}

#[tokio::test]
async fn who_does_not_finish_within_the_grace_is_cut_off() {
    for version in [1, 2] {
        let (serving, mut feeds) = serve(Transport::plain().grace(Duration::from_millis(100))).await;
        let stream = connect(&serving).await;
        let hung = tokio::spawn(async move {
            if version == 1 {
                over_http1(stream).await.send_request(get("/hang")).await
            } else {
                over_http2(stream).await.send_request(get("http://localhost/hang")).await
            }
        });
        let feed = feeds.recv().await.unwrap();
        serving.shutdown().await;
        assert!(hung.await.unwrap().is_err());
        feed.closed().await;
        assert_eq!(serving.connections(), 0);
    }
}

#[tokio::test]
async fn idle_and_silent_connections_do_not_delay_the_end() {
    let (serving, _feeds) = serve(Transport::plain().grace(Duration::from_secs(3600))).await;
    let _silent = connect(&serving).await;
    let mut client = over_http1(connect(&serving).await).await;
    text(client.send_request(get("/")).await.unwrap()).await;
    let mut other = over_http2(connect(&serving).await).await;
    text(other.send_request(get("http://localhost/")).await.unwrap()).await;
    serving.shutdown().await;
    assert_eq!(serving.connections(), 0);
}

#[tokio::test]
async fn the_last_handle_takes_everything_with_it() {
    let (service, mut feeds) = service();
    let alive: Weak<Shared> = Arc::downgrade(&service.0);
    let serving = Transport::plain().serve(listener().await, service).unwrap();
    let mut client = over_http2(connect(&serving).await).await;
    let watch = client.send_request(get("http://localhost/watch")).await.unwrap();
    let feed = feeds.recv().await.unwrap();
    let other = serving.clone();
    let address = serving.local_addr();
    drop(serving);
    feed.send("still here\n").unwrap();
    let mut body = watch.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "still here\n");
    drop(other);
    assert!(!matches!(body.frame().await, Some(Ok(_))));
    feed.closed().await;
    // The service goes with the last of its connections, all of which end now.
    while feeds.recv().await.is_some() {}
    assert_eq!(alive.strong_count(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}
