const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/**
 * Text that Slack shows as it is: mentions, channels and links in it stay letters, and it opens no code block. Cut to
 * `max` characters as Slack counts them, after escaping and never inside an entity.
 *
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */
export function escaped(text: string, max: number): string {
  let result = ''
  for (const character of text.slice(0, max).replaceAll('```', '`\u200B`\u200B`')) {
    const next = ENTITIES[character] ?? character
    if (result.length + next.length > max - 1) return `${result}…`
    result += next
  }
  return result
}

export function codeBlock(text: string, max: number): string {
  return `\`\`\`\n${escaped(text, max - 8)}\n\`\`\``
}
