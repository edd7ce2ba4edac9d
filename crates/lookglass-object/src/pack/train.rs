//! Learning what objects of one kind have in common: [`Training`].

use std::{fmt, sync::Arc, thread};

use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer};

use super::{
    Contexts, Dictionary, Packer,
    samples::{Phase, Ratio, Sample, Samples},
};

/// What of the samples is learnt from: more takes longer and teaches nothing, measured on pods of 3 to 9 KB.
const TAUGHT_BYTES: usize = 256 << 10;
/// What is learnt from one object, so that a few large ones are not all.
const TAUGHT_OF_ONE: usize = 16 << 10;
/// How many samples a dictionary is tried on, none of which it was learnt from.
const TRIED: usize = 32;
/// Larger dictionaries take longer to learn and more memory, and gain next to nothing.
const DICTIONARY: usize = 16 << 10;
/// A dictionary is at most such a part of what it is learnt from. One that could hold most of it takes down what the samples
/// happen to hold rather than what they have in common, and packs half as large again.
const DICTIONARY_PART: usize = 8;
/// A dictionary must save this many times the memory that it costs.
pub(super) const WORTH: usize = 10;

/// A dictionary waiting to be learnt: 10 to 20 ms of work.
///
/// [`Intake::training`](crate::Intake::training) gives it out. Who reads a list runs it at once, since what comes before it is done stays raw;
/// else it is for whoever has the time. Dropped instead, learning begins anew with later objects.
#[must_use = "a training does nothing until it is run"]
pub struct Training {
    packer: Arc<Packer>,
    contexts: Arc<Contexts>,
    /// In the order of their lots, which is none.
    samples: Vec<Sample>,
    /// Of the objects that only a dictionary makes small.
    raw_bytes: usize,
    done: bool,
}

impl Training {
    pub(super) fn new(packer: &Arc<Packer>, contexts: &Arc<Contexts>, samples: &mut Samples, raw_bytes: usize) -> Self {
        let raw_bytes = samples.alone(raw_bytes);
        let samples = samples.take();
        Self { packer: Arc::clone(packer), contexts: Arc::clone(contexts), samples, raw_bytes, done: false }
    }

    /// Learns a dictionary and takes it into use if it pays; says whether it did. What was listed before is packed with it. The same samples give the same dictionary.
    pub fn run(mut self) -> bool {
        self.done = true;
        let current = self.packer.current();
        let learnt = self.learn();
        let mut without = Ratio::default();
        let mut with = Ratio::default();
        for sample in self.probe() {
            let size = |dictionary| self.contexts.compress(sample, dictionary, <[u8]>::len).unwrap_or(sample.len());
            without.add(sample.len(), size(current.as_ref()));
            with.add(sample.len(), learnt.as_ref().map_or(sample.len(), |learnt| size(Some(learnt))));
        }
        let saved = without.packed.saturating_sub(with.packed) as u128 * self.raw_bytes as u128;
        let cost = learnt.as_ref().map_or(usize::MAX, |learnt| WORTH * learnt.heap_size());
        let mut samples = self.packer.samples.lock();
        let (objects, _) = self.packer.counts.size();
        let pays = objects > 0 && saved >= cost as u128 * with.raw.max(1) as u128;
        match (pays, &current) {
            // The last object has gone meanwhile, and whoever dropped it left this to us.
            _ if objects == 0 => self.packer.begin_anew(&mut samples),
            (true, _) => {
                samples.promised = with;
                self.packer.enter(&mut samples, Phase::Settled);
                *self.packer.current.write() = learnt;
            }
            // The old one is still the best there is, so what it does now is what can be promised.
            (false, Some(_)) => {
                samples.promised = without;
                self.packer.enter(&mut samples, Phase::Settled);
            }
            (false, None) => {
                // The size from which it would have paid, as far as these samples tell.
                let gain = without.packed.saturating_sub(with.packed);
                let enough = (cost as u128 * with.raw as u128).checked_div(gain as u128).unwrap_or(u128::MAX);
                let enough = usize::try_from(enough).unwrap_or(usize::MAX);
                // It is no more than an estimate, and each attempt costs as much as the first.
                samples.needed = enough.max(self.raw_bytes.saturating_add(self.raw_bytes / 4));
                self.packer.enter(&mut samples, Phase::Sampling);
            }
        }
        drop(samples);
        if pays {
            self.packer.learnt(&self.contexts);
        }
        pays
    }

    fn learn(&self) -> Option<Arc<Dictionary>> {
        let (mut all, mut sizes) = (Vec::with_capacity(TAUGHT_BYTES + TAUGHT_OF_ONE), Vec::new());
        for sample in self.samples.iter().skip(self.tried()) {
            if all.len() >= TAUGHT_BYTES {
                break;
            }
            let taught = &sample.bytes[..sample.bytes.len().min(TAUGHT_OF_ONE)];
            all.extend_from_slice(taught);
            sizes.push(taught.len());
        }
        let size = DICTIONARY.min(all.len() / DICTIONARY_PART);
        // In a thread of its own glibc takes its memory from a place of its own, where nothing that stays keeps it from being given back.
        let trained = thread::scope(|scope| {
            let trained = scope.spawn(|| {
                let trained = zstd::dict::from_continuous(&all, &sizes, size).ok();
                give_back();
                trained
            });
            trained.join().ok().flatten()
        });
        Dictionary::new(trained?, Arc::clone(&self.packer.counts))
    }

    /// The samples that are not learnt from.
    fn probe(&self) -> impl Iterator<Item = &[u8]> {
        self.samples.iter().take(self.tried()).map(|sample| &*sample.bytes)
    }

    fn tried(&self) -> usize {
        TRIED.min(self.samples.len() / 4)
    }
}

/// Has glibc give back the 7 MB that a training works in. It is freed, but glibc keeps up to 8 MiB of free memory for each thread that allocates (twice the largest
/// block there was, and one was of 4 MiB), where nothing but C can use it: in a program with another allocator for Rust it would be lost. It gives back all of it
/// once there is more. So more is asked for, which costs no memory as it is not written to, and freed: what streams with a large window would work in.
///
/// Elsewhere this does nothing, in some microseconds.
fn give_back() {
    let streams = [(); STREAMS].map(|()| {
        let mut stream = DCtx::create();
        let mut output = [0; 1];
        // An error would leave things as they are.
        let _ =
            stream.decompress_stream(&mut OutBuffer::around(&mut output[..]), &mut InBuffer::around(&WINDOW_OF_2_MIB));
        stream
    });
    drop(streams);
}

/// So many streams need more than 8 MiB, and each less than 4, which would not come from that memory.
const STREAMS: usize = 4;

/// The beginning of a frame, which says how much memory it takes to read it.
const WINDOW_OF_2_MIB: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0, 11 << 3];

impl Drop for Training {
    fn drop(&mut self) {
        if !self.done {
            self.packer.enter(&mut self.packer.samples.lock(), Phase::Sampling);
        }
    }
}

impl fmt::Debug for Training {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Training").field("samples", &self.samples.len()).finish_non_exhaustive()
    }
}
