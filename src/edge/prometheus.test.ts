import { expect, test } from 'vitest'
import { prometheusText } from './prometheus.ts'

test('each figure with what it is, and labels that cannot break out', () => {
  const text = prometheusText([
    {
      name: 'checks_received_total',
      help: 'Questions.',
      samples: [{ value: 3, labels: { peer: 'a"b\\c\nd' } }],
    },
    { name: 'tree_size', help: 'Leaves.', samples: [{ value: 7 }] },
  ])
  expect(text).toBe(
    [
      '# HELP stolen_edge_checks_received_total Questions.',
      '# TYPE stolen_edge_checks_received_total counter',
      'stolen_edge_checks_received_total{peer="a\\"b\\\\c\\nd"} 3',
      '# HELP stolen_edge_tree_size Leaves.',
      '# TYPE stolen_edge_tree_size gauge',
      'stolen_edge_tree_size 7',
      '',
    ].join('\n'),
  )
})
