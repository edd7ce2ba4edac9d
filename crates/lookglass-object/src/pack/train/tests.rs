use super::*;

fn packer() -> Arc<Packer> {
    Arc::new(Packer::new(Arc::default()))
}

#[test]
fn samples_of_a_periodic_list_are_of_all_its_sorts() {
    for period in 2..=24_usize {
        let packer = packer();
        for index in 0..20_000 {
            packer.offer(&[(index % period) as u8; 100]);
        }
        let state = packer.state.lock();
        let mut of_sort = vec![0; period];
        for sample in &state.samples {
            of_sort[usize::from(sample.bytes[0])] += 1;
        }
        let even = state.samples.len() / period;
        assert!((SAMPLES..=4 * SAMPLES).contains(&state.samples.len()));
        assert!(of_sort.iter().all(|count| (even / 3..=even * 3).contains(count)), "{period}: {of_sort:?}");
        assert_eq!(state.bytes, state.samples.len() * 100);
    }
}

#[test]
fn samples_come_from_the_whole_list() {
    let packer = packer();
    for index in 0..50_000_u32 {
        packer.offer(&index.to_le_bytes());
    }
    let state = packer.state.lock();
    let mut of_tenth = [0; 10];
    for sample in &state.samples {
        of_tenth[u32::from_le_bytes((*sample.bytes).try_into().expect("four bytes")) as usize / 5000] += 1;
    }
    let even = state.samples.len() / 10;
    assert!(of_tenth.iter().all(|count| (even / 3..=even * 3).contains(count)), "{of_tenth:?}");
}

#[test]
fn large_objects_do_not_fill_the_memory_with_samples() {
    let packer = packer();
    for _ in 0..500 {
        packer.offer(&vec![b'x'; 200 << 10]);
        packer.offer(&vec![b'x'; SAMPLE_BYTES]);
    }
    let state = packer.state.lock();
    assert!(state.bytes <= SAMPLE_BYTES && state.has_enough());
    assert!(state.samples.iter().all(|sample| sample.bytes.len() < SAMPLE_BYTES / 8));
}
