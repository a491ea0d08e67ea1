//! A curve as a picture: mermaid for a comment, SVG for a page. Only numbers and our own words are in it.

use crate::compare::Curve;
use crate::verdict::Amount;

/// Points of a chart: mermaid becomes unreadable beyond.
const MOST_POINTS: usize = 40;
/// Width and height of the plane of an SVG, in its units.
const PLANE: (f64, f64) = (600.0, 160.0);

/// The points of a curve, thinned evenly to at most 40, the last kept: requests, candidate, baseline.
fn points(curve: &Curve) -> Vec<(u64, u64, Option<u64>)> {
    let step = curve.points.len().div_ceil(MOST_POINTS).max(1);
    let last = curve.points.len().saturating_sub(1);
    curve.points.iter().enumerate().filter(|(i, _)| i % step == 0 || *i == last).map(|(_, point)| *point).collect()
}

fn range(points: &[(u64, u64, Option<u64>)]) -> Option<(u64, u64)> {
    let values = || points.iter().flat_map(|point| [Some(point.1), point.2]).flatten();
    Some((values().min()?, values().max()?))
}

/// A mermaid `xychart-beta` of the floors, candidate first, baseline second; nothing for fewer than three points.
pub(super) fn mermaid(curve: &Curve) -> Option<String> {
    let points = points(curve);
    let (low, high) = range(&points).filter(|_| points.len() >= 3)?;
    let (unit, size) = if curve.gauge.is_count() { ("count", 1.0) } else { ("MiB", f64::from(1 << 20)) };
    let scaled = |value: u64| value as f64 / size;
    let margin = (scaled(high) - scaled(low)).max(0.01) * 0.05;
    let line = |values: Vec<u64>| {
        let values: Vec<String> = values.into_iter().map(|value| format!("{:.3}", scaled(value))).collect();
        format!("    line [{}]\n", values.join(", "))
    };
    let baseline: Option<Vec<u64>> = points.iter().map(|point| point.2).collect();
    let (first, last) = (points.first()?.0, points.last()?.0);
    Some(format!(
        "```mermaid\nxychart-beta\n    title \"{gauge}.floor, {unit}\"\n    x-axis \"requests\" {first} --> {last}\n    \
         y-axis \"{unit}\" {:.3} --> {:.3}\n{}{}```\n",
        (scaled(low) - margin).max(0.0),
        scaled(high) + margin,
        line(points.iter().map(|point| point.1).collect()),
        baseline.map(line).unwrap_or_default(),
        gauge = curve.gauge,
    ))
}

/// A drawing of the floors with its scale in words; nothing for fewer than two points.
pub(super) fn svg(curve: &Curve) -> Option<String> {
    let points = &curve.points;
    let (low, high) = range(points).filter(|_| points.len() >= 2)?;
    let (first, last) = (points.first()?.0, points.last()?.0);
    let at = |requests: u64, value: u64| {
        let share = |value: u64, low: u64, high: u64| value.saturating_sub(low) as f64 / (high - low).max(1) as f64;
        let (x, y) = (share(requests, first, last) * PLANE.0, (1.0 - share(value, low, high)) * PLANE.1);
        format!("{x:.1},{y:.1}")
    };
    let line =
        |class: &str, pairs: Vec<String>| format!("<polyline class=\"{class}\" points=\"{}\"/>", pairs.join(" "));
    let own = line("own", points.iter().map(|point| at(point.0, point.1)).collect());
    let base: Vec<String> = points.iter().filter_map(|point| Some(at(point.0, point.2?))).collect();
    let base = if base.len() > 1 { line("base", base) } else { String::new() };
    let told = |value: u64| Amount::of(curve.gauge, value).to_string();
    Some(format!(
        "<svg viewBox=\"-4 -4 {:.0} {:.0}\" role=\"img\"><title>{gauge}.floor from {} to {} over {last} requests</title>\
         <rect class=\"plane\" x=\"0\" y=\"0\" width=\"{:.0}\" height=\"{:.0}\"/>{base}{own}\
         <text x=\"4\" y=\"12\">{}</text><text x=\"4\" y=\"{:.0}\">{}</text>\
         <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{last} requests</text></svg>",
        PLANE.0 + 8.0,
        PLANE.1 + 8.0,
        told(points.first()?.1),
        told(points.last()?.1),
        PLANE.0,
        PLANE.1,
        told(high),
        PLANE.1 - 4.0,
        told(low),
        PLANE.0 - 4.0,
        PLANE.1 - 4.0,
        gauge = curve.gauge,
    ))
}

/// The scale of a curve in words, for those who see no picture.
pub(super) fn caption(curve: &Curve) -> String {
    let told = |value: Option<u64>| value.map(|value| Amount::of(curve.gauge, value).to_string()).unwrap_or_default();
    let (first, last) = (curve.points.first(), curve.points.last());
    let requests = last.map_or(0, |point| point.0);
    let payload = curve.payload.as_deref().map(|payload| format!(" under payload `{payload}`")).unwrap_or_default();
    let base =
        last.and_then(|point| point.2).map(|base| format!(", baseline {}", told(Some(base)))).unwrap_or_default();
    format!(
        "`{}.floor`{payload}: {} to {} over {requests} requests{base}",
        curve.gauge,
        told(first.map(|point| point.1)),
        told(last.map(|point| point.1)),
    )
}
