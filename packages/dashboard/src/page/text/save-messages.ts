/** What is said of a view that is saved as one file, and in that file. */
export const SAVE_MESSAGES = {
  'save.title': ['Save the view as one HTML file', '将当前视图保存为单个 HTML 文件'],
  'save.what': [
    '{runs} {runs|run|runs}, {n} {n|chart|charts}, and how each run ended. The file opens from disk, without a server and without a network.',
    '{runs} 个实验、{n} 个图表以及每个实验的结束情况。文件可直接从磁盘打开，无需服务器和网络。',
  ],
  'save.buckets': [
    'Each chart has {n} columns. The smallest and the largest value of each column are exact.',
    '每个图表有 {n} 列，每列的最小值和最大值均精确。',
  ],
  'save.left': [
    '{n} {n|chart|charts} of the view {n|is|are} left out: filter metrics, or close sections, to choose which.',
    '视图中有 {n} 个图表未包含：可筛选指标或收起分组来选择。',
  ],
  'save.readable': [
    'Whoever has the file can read the names and the configuration of these runs.',
    '任何拿到该文件的人都能看到这些实验的名称和配置。',
  ],
  'save.nothing': [
    'The view has no chart. Choose runs that have logged something.',
    '当前视图没有图表，请选择有记录的实验。',
  ],
  'save.save': ['Save', '保存'],
  'save.reading': ['Reading the runs: {percent}', '正在读取实验：{percent}'],
  'save.charts': ['Charts: {at} of {all}', '图表：{at} / {all}'],
  'save.done': ['Saved as {name}', '已保存为 {name}'],
  'saved.about': [
    'Saved on {time}: {runs} {runs|run|runs}, {n} {n|chart|charts}. What runs logged later is not here.',
    '保存于 {time}：{runs} 个实验，{n} 个图表。之后记录的数据不在此文件中。',
  ],
  'saved.smoothed': ['Smoothing was computed on all points.', '平滑基于全部数据点计算。'],
  'saved.left': ['{n} more {n|chart was|charts were} left out.', '另有 {n} 个图表未包含。'],
  'saved.run': ['Run', '实验'],
  'saved.ended': ['How it ended', '结束情况'],
  'saved.started': ['Started', '开始时间'],
  'saved.config': ['Configuration', '配置'],
  'saved.notHere': [
    'This file holds the charts at the detail they were saved with. All points are where the runs are.',
    '此文件仅包含保存时精度的图表，全部数据点在实验所在之处。',
  ],
} as const
