//! Plays many seeds on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use simulation::judge;
use tokio::sync::mpsc;

use super::arguments::Playing;
use super::tally::Tally;

/// Seeds under way. Dropping it ends them after the seed at hand.
#[derive(Debug)]
pub(super) struct Campaign {
    played: mpsc::UnboundedReceiver<Tally>,
    stop: Arc<AtomicBool>,
}

impl Campaign {
    /// Starts `threads` threads that play `seeds`, the lowest first.
    pub(super) fn start(seeds: std::ops::Range<u64>, playing: Playing, threads: usize) -> Self {
        let (tell, played) = mpsc::unbounded_channel();
        let stop = Arc::new(AtomicBool::new(false));
        let next = Arc::new(AtomicU64::new(seeds.start));
        for _ in 0..threads {
            let (tell, stop, next) = (tell.clone(), Arc::clone(&stop), Arc::clone(&next));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let scenario = playing.scenario(seed);
                    let tally = Tally::of(&scenario, &judge(&scenario, playing.variant));
                    if tell.send(tally).is_err() {
                        break;
                    }
                }
            });
        }
        Self { played, stop }
    }

    /// The tally of the next seed that was played; nothing when all were, or after a stop.
    pub(super) async fn next(&mut self) -> Option<Tally> {
        self.played.recv().await
    }

    /// Begins no further seed.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Drop for Campaign {
    fn drop(&mut self) {
        self.stop();
    }
}
