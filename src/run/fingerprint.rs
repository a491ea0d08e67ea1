//! What the service turned out to be, and on what machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::live::{Live, Stop};
use super::probe;
use crate::record::{Event, Fingerprint, Runtime};

impl Live<'_> {
    /// Identifies every process and records the fingerprint; the oldest process with a known runtime counts.
    pub async fn identify(&mut self) -> Result<(), Stop> {
        let sampler = self.sampler.clone();
        let mut processes = self.drive(async move { sampler.read().await }).await?.tree.processes;
        processes.sort_by_key(|process| (process.started, process.pid));
        let mut main = None;
        for process in &processes {
            let runtime = self.runtime(process).await?;
            if runtime != Runtime::Other && main.is_none() {
                main = Some((process.pid, runtime));
            }
        }
        let mut facts = self.machine();
        match main {
            Some((pid, runtime)) => {
                let agents = Arc::clone(&self.agents);
                facts.extend(self.drive(async move { probe::facts(pid, runtime, &agents).await }).await?);
            }
            None => {
                let name = processes.first().map_or("unknown", |process| process.name.as_str());
                facts.insert("runtime".to_owned(), format!("other ({name})"));
            }
        }
        self.journal.record(Event::Identified { fingerprint: Fingerprint { facts } })?;
        Ok(())
    }

    fn machine(&self) -> BTreeMap<String, String> {
        let limit = self.setup.policy.service.memory_limit.filter(|_| self.group.is_some());
        let cpus = std::thread::available_parallelism().map_or_else(|_| "unknown".to_owned(), |cpus| cpus.to_string());
        let kernel = nix::sys::utsname::uname().map(|name| name.release().to_string_lossy().into_owned());
        [
            ("arch", std::env::consts::ARCH.to_owned()),
            ("cpus", cpus),
            ("kernel", kernel.unwrap_or_else(|_| "unknown".to_owned())),
            ("memory-limit", limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string())),
            ("plimsoll", env!("CARGO_PKG_VERSION").to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}
