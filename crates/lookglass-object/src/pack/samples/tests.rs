use super::*;

#[test]
fn samples_of_a_periodic_list_are_of_all_its_sorts() {
    for period in 2..=24_usize {
        let mut samples = Samples::default();
        for index in 0..20_000 {
            samples.offer(&[(index % period) as u8; 100]);
        }
        let mut of_sort = vec![0; period];
        for sample in &samples.drawn {
            of_sort[usize::from(sample.bytes[0])] += 1;
        }
        let even = samples.drawn.len() / period;
        assert!((SAMPLES..=4 * SAMPLES).contains(&samples.drawn.len()));
        assert!(of_sort.iter().all(|count| (even / 3..=even * 3).contains(count)), "{period}: {of_sort:?}");
        assert_eq!(samples.bytes, samples.drawn.len() * 100);
    }
}

#[test]
fn samples_come_from_the_whole_list() {
    let mut samples = Samples::default();
    for index in 0..50_000_u32 {
        samples.offer(&index.to_le_bytes());
    }
    let mut of_tenth = [0; 10];
    for sample in &samples.drawn {
        of_tenth[u32::from_le_bytes((*sample.bytes).try_into().expect("four bytes")) as usize / 5000] += 1;
    }
    let even = samples.drawn.len() / 10;
    assert!(of_tenth.iter().all(|count| (even / 3..=even * 3).contains(count)), "{of_tenth:?}");
}

#[test]
fn large_objects_do_not_fill_the_memory_with_samples() {
    let mut samples = Samples::default();
    for _ in 0..500 {
        samples.offer(&vec![b'x'; 200 << 10]);
        samples.offer(&vec![b'x'; SAMPLE_BYTES]);
    }
    assert!(samples.bytes <= SAMPLE_BYTES && samples.are_enough(usize::MAX));
    assert!(samples.drawn.iter().all(|sample| sample.bytes.len() < SAMPLE_BYTES / 8));
}
