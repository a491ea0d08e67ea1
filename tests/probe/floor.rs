//! Floors and owners: what must rise with a leak must stand still in its twin.

use plimsoll::heap::{Options, diff, summarize};
use plimsoll::record::Runtime;
use plimsoll::units::Gauge;

use super::service::Service;

const CLIENTS: u32 = 500;
const BYTES: u32 = 4096;

/// What one holder of one service does.
pub struct Case<'a> {
    pub runtime: Runtime,
    pub command: &'a [&'a str],
    pub variables: &'a [(&'a str, &'a str)],
    /// The words that the path of the owner must hold; none where owners are not looked at.
    pub owner: &'a [&'a str],
}

impl Case<'_> {
    fn start(&self, leak: &str) -> Service {
        let bytes = BYTES.to_string();
        let mut variables = vec![("LEAK", leak), ("LEAK_BYTES", bytes.as_str())];
        variables.extend(self.variables);
        Service::start(self.command, &variables)
    }

    /// The growth of the live floor while `CLIENTS` clients come for the first time, in bytes for each: the median
    /// of three times, for code that is compiled late adds to a floor once and is taken from it once when it is
    /// dropped again (V8: some 350 KiB each way), and a leak adds to it always.
    async fn growth(&self, service: &Service) -> f64 {
        let live = async || match service.collect(self.runtime).await {
            Ok(collected) => collected.reading[&Gauge::Live] as f64,
            Err(error) => panic!("{error}\n{}", service.state()),
        };
        // Warm: the bounded twin must be full, the code compiled.
        service.load(0..CLIENTS);
        live().await;
        service.load(CLIENTS..CLIENTS + 100);
        let mut before = live().await;
        let mut growths = [0.0; 3];
        for (round, growth) in (1..).zip(&mut growths) {
            let first = round * CLIENTS + 100;
            service.load(first..first + CLIENTS);
            let after = live().await;
            *growth = (after - before) / f64::from(CLIENTS);
            before = after;
        }
        growths.sort_by(f64::total_cmp);
        growths[1]
    }

    /// The leak is seen in full, and nothing in the twin.
    pub async fn check(&self) {
        let twin = self.growth(&self.start("0")).await;
        assert!(twin < 0.15 * f64::from(BYTES), "the twin grows by {twin} bytes per client");
        self.check_leak().await;
    }

    /// The leak is seen in full, and its owner named.
    pub async fn check_leak(&self) {
        let service = self.start("1");
        let leak = self.growth(&service).await / f64::from(BYTES);
        assert!((0.9..1.5).contains(&leak), "a leak of 1 is seen as {leak}");
        if !self.owner.is_empty() {
            self.check_owner(&service).await;
        }
    }

    async fn check_owner(&self, service: &Service) {
        let before = service.dump(self.runtime, "before").await.unwrap();
        service.load(10_000..10_000 + CLIENTS);
        let after = service.dump(self.runtime, "after").await.unwrap();
        let read = |file| summarize(file, &Options::default()).unwrap();
        // The last part is the one of the worker thread, where there is one.
        let growths = diff(&read(&before.last().unwrap().file), &read(&after.last().unwrap().file));
        let worst = growths.first().map(|growth| format!("{}", growth.path)).unwrap_or_default();
        for word in self.owner {
            assert!(worst.contains(word), "`{word}` is not in the owner {worst}");
        }
    }
}
