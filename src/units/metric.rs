//! What is measured and how it is condensed: `<gauge>.<statistic>`, for example `live.floor`.

use std::fmt;
use std::str::FromStr;

use super::ParseError;

/// A figure that can be read from a running service. All are bytes but the four counts at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gauge {
    /// Managed heap in use after a full collection plus native malloc in use: carries the verdict.
    Live,
    /// Managed heap in use after a full collection.
    Heap,
    /// Memory in use that the managed heap does not hold: malloc, external buffers.
    Native,
    /// Resident set size, summed over the process tree.
    Rss,
    /// Proportional set size: shared pages are divided by the number of sharers.
    Pss,
    /// Control group usage without inactive file cache, as the kubelet counts.
    WorkingSet,
    /// Anonymous memory.
    Anon,
    /// Class metadata of the JVM.
    Metaspace,
    /// Direct buffers (JVM) or array buffers (V8).
    Direct,
    /// Graphics memory.
    Gpu,
    /// Threads.
    Threads,
    /// Open file descriptors.
    Fds,
    /// Open sockets.
    Sockets,
    /// Goroutines.
    Goroutines,
}

/// How the readings of a gauge become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// The highest value, kept by the kernel where it can, else the highest sample.
    Peak,
    /// The value after the load was paused and a full collection forced.
    Floor,
    /// The value at the end of a phase, after it drained.
    End,
    /// The mean of the samples.
    Mean,
    /// The growth of the floor for each request.
    Slope,
}

/// A gauge with its statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    /// What is read.
    pub gauge: Gauge,
    /// How it is condensed.
    pub statistic: Statistic,
}

impl Gauge {
    /// All gauges, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::Live,
        Self::Heap,
        Self::Native,
        Self::Rss,
        Self::Pss,
        Self::WorkingSet,
        Self::Anon,
        Self::Metaspace,
        Self::Direct,
        Self::Gpu,
        Self::Threads,
        Self::Fds,
        Self::Sockets,
        Self::Goroutines,
    ];

    /// The name in policies, recordings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Heap => "heap",
            Self::Native => "native",
            Self::Rss => "rss",
            Self::Pss => "pss",
            Self::WorkingSet => "working-set",
            Self::Anon => "anon",
            Self::Metaspace => "metaspace",
            Self::Direct => "direct",
            Self::Gpu => "gpu",
            Self::Threads => "threads",
            Self::Fds => "fds",
            Self::Sockets => "sockets",
            Self::Goroutines => "goroutines",
        }
    }

    /// Whether the figure counts things rather than bytes.
    pub fn is_count(self) -> bool {
        matches!(self, Self::Threads | Self::Fds | Self::Sockets | Self::Goroutines)
    }
}

impl Gauge {
    /// The statistics that there are of the figure.
    ///
    /// What is only known after a collection or from the inside of the runtime has no peak and no
    /// mean: between two collections nobody can tell what is in use from what is garbage.
    pub fn statistics(self) -> impl Iterator<Item = Statistic> + Clone {
        let inside = matches!(self, Self::Live | Self::Heap | Self::Native | Self::Metaspace | Self::Direct);
        let of_all = [Statistic::Floor, Statistic::Slope].into_iter();
        let of_sampled = [Statistic::Peak, Statistic::End, Statistic::Mean].into_iter();
        of_all.chain(of_sampled.filter(move |_| !inside))
    }
}

impl Metric {
    /// Whether the statistic can be measured of the gauge at all.
    pub fn exists(self) -> bool {
        self.gauge.statistics().any(|statistic| statistic == self.statistic)
    }
}

impl Statistic {
    /// All statistics.
    pub const ALL: [Self; 5] = [Self::Peak, Self::Floor, Self::End, Self::Mean, Self::Slope];

    /// The name in policies, recordings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Peak => "peak",
            Self::Floor => "floor",
            Self::End => "end",
            Self::Mean => "mean",
            Self::Slope => "slope",
        }
    }
}

impl FromStr for Gauge {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let known = Self::ALL.into_iter().find(|gauge| gauge.name() == text);
        known.ok_or_else(|| ParseError(format!("`{text}` is not measured")))
    }
}

impl FromStr for Metric {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (gauge, statistic) = text.split_once('.').ok_or_else(|| {
            ParseError(format!("`{text}` is no metric: write `<what>.<how>`, for example `live.floor`"))
        })?;
        let statistic = Statistic::ALL
            .into_iter()
            .find(|known| known.name() == statistic)
            .ok_or_else(|| ParseError(format!("`{statistic}` is no statistic: use peak, floor, end, mean or slope")))?;
        Ok(Self { gauge: gauge.parse()?, statistic })
    }
}

impl fmt::Display for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.gauge.name(), self.statistic.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_reads_back() {
        for gauge in Gauge::ALL {
            for statistic in Statistic::ALL {
                let metric = Metric { gauge, statistic };
                assert_eq!(metric.to_string().parse(), Ok(metric));
            }
        }
        assert!("rss.peak".parse::<Metric>().is_ok_and(Metric::exists));
        assert!("live.floor".parse::<Metric>().is_ok_and(Metric::exists));
        assert!(!"live.peak".parse::<Metric>().is_ok_and(Metric::exists));
        assert!("rss".parse::<Metric>().is_err());
        assert!("rss.top".parse::<Metric>().is_err());
    }
}
