//! From dominators by number to the tree in its own order.
//!
//! Places are the preorder of the dominator tree, so that what a node dominates stands right behind it and
//! the length of that run is all that a walk down needs. A table is written into the memory of one that is
//! not needed any more: the first touch of a page costs more than the table. What does not need the other is done
//! at the same time.

use super::Dominators;
use super::depth_first::Walk;
use super::holders::{Holders, Shared, claims};
use super::samples::samples;
use super::semi_nca::Lowered;
use super::sums::Sums;
use crate::heap::cores::both;
use crate::heap::graph::{Column, Graph, Memory};
use crate::units::Bytes;

/// Makes the tree. `idom` is the number of each number's immediate dominator, lower than the number itself.
pub(super) fn grow(
    graph: &Graph,
    walk: Walk,
    idom: Column<u32>,
    lowered: Lowered,
    shared: Option<&Shared>,
) -> Dominators {
    let idom_of: &[u32] = &idom;
    let (retained, claims) = both(
        || Sums::of(graph, &walk.numbers, idom_of),
        || shared.map(|shared| (shared, claims(shared, graph, &walk))),
    );
    let found = claims.map(|(shared, claims)| {
        both(
            || Holders::find(shared, &claims, &walk, &lowered, &retained, idom_of),
            || samples(shared, &claims, &walk, &lowered, &retained, idom_of),
        )
    });
    drop(lowered);
    let Walk { mut numbers, references, adopted, log, parents, .. } = walk;
    drop(parents);
    let memory = graph.memory;
    let runs = runs(idom_of, memory.reuse(log.into_spare(), idom_of.len()));
    let places = places(idom_of, &runs, memory);
    let (holders, samples) = found.unwrap_or_default();
    let (holders, samples) = (holders.moved(&places), samples.moved(&places));
    let ((retained, runs, mut nodes), unreachable) = both(
        || {
            let (retained, spare) = retained.moved(&places, idom);
            let (runs, spare) = moved(runs, &places, spare);
            (retained, runs, spare)
        },
        || {
            numbers.renumber(&places);
            let lost = graph.objects().filter(|node| numbers.get(*node).is_none());
            lost.fold((0, Bytes(0)), |(count, bytes), node| (count + 1, bytes + graph.shallow(node)))
        },
    );
    let (above, ()) = both(
        || above(&runs, places),
        || {
            let by_place: &mut [u32] = &mut nodes;
            numbers.reached().for_each(|(node, place)| by_place[place as usize] = node as u32);
        },
    );
    Dominators { numbers, nodes, retained, runs, above, holders, samples, references, unreachable, adopted }
}

/// Nodes of each number's subtree, its own included.
fn runs(idom: &[u32], mut runs: Column<u32>) -> Column<u32> {
    let counts: &mut [u32] = &mut runs;
    counts.fill(0);
    for number in (1..idom.len()).rev() {
        counts[number] += 1;
        counts[idom[number] as usize] += counts[number];
    }
    counts[0] += 1;
    runs
}

/// The preorder of the dominator tree, by number.
fn places(idom: &[u32], runs: &[u32], memory: Memory) -> Column<u32> {
    let mut places: Column<u32> = memory.column(idom.len());
    let free: &mut [u32] = &mut places;
    free[0] = 1;
    // While a number waits for what it dominates, it holds the next free place of its run.
    for number in 1..idom.len() {
        let next = &mut free[idom[number] as usize];
        let place = *next;
        *next += runs[number];
        free[number] = place + 1;
    }
    free.iter_mut().zip(runs).for_each(|(place, run)| *place -= run);
    places
}

/// A table by number as a table by place, in the memory of another table; and that of the first one.
pub(super) fn moved(by_number: Column<u32>, places: &[u32], spare: Column<u32>) -> (Column<u32>, Column<u32>) {
    let mut by_place = spare.reused(by_number.len());
    let rows: &mut [u32] = &mut by_place;
    by_number.iter().zip(places).for_each(|(row, place)| rows[*place as usize] = *row);
    (by_place, by_number)
}

/// The place of each place's dominator. The virtual root is its own.
fn above(runs: &[u32], mut spare: Column<u32>) -> Column<u32> {
    let rows: &mut [u32] = &mut spare;
    rows[0] = 0;
    for place in 1..runs.len() as u32 {
        let mut holder = place - 1;
        while holder + runs[holder as usize] <= place {
            holder = rows[holder as usize];
        }
        rows[place as usize] = holder;
    }
    spare
}
