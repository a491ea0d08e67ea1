// node waste.cjs WASTEFUL FOLDER: known numbers of useless things, or as many useful ones; one snapshot.
const v8 = require('v8');

const wasteful = process.argv[2] === '1';
const texts = [];
const maps = [];
const lists = [];
for (let n = 0; n < 3000; n++) texts.push(Buffer.from('secret-text-' + (wasteful ? 7 : 100000 + n)).toString());
for (let n = 0; n < 500; n++) {
  maps.push(new Map(wasteful ? [] : [[{ n }, { n }]]));
  const list = [];
  for (let i = 0; i < 400; i++) list.push({ i });
  if (wasteful) list.length = 300;
  if (wasteful) for (let i = 0; i < 280; i++) list.pop();
  lists.push(list);
}
// Later, when what is above is no longer on the stack.
setImmediate(() => {
  v8.writeHeapSnapshot(`${process.argv[3]}/0.heapsnapshot`);
  setTimeout(() => [texts, maps, lists], 1);
});
