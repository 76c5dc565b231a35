// What comments and issues share: whose they are, and which project and environment they are about.

const {readFileSync} = require('fs')
const {createHash} = require('crypto')

// GitHub takes 65,536 characters, of which the Markdown of voiceops leaves 512.
const MAX_NAME = 100
const MAX_FOOTER = 300

// Name project and environment in plain characters, and differently for each.
function name(env) {
  const folder = env.DIRECTORY.replace(/^(\.\/+)+|\/+$/g, '').replace(/^\.$/, '')
  const parts = folder ? [folder, env.ENVIRONMENT] : [env.ENVIRONMENT]
  const named = parts.map(encodeURIComponent).join(':')
  if (named.length <= MAX_NAME) {
    return named
  }
  return createHash('sha256').update(named).digest('hex')
}

// The line by which what was written here is found again; it cannot end its own comment.
function mark(what, env) {
  return `<!-- ${what}:${name(env)} -->`
}

// Put the report between the mark and a line that says where it is from.
function write(marker, env, footer) {
  const report = readFileSync(env.MARKDOWN, 'utf8').trimEnd()
  return `${marker}\n${report}\n\n${footer.slice(0, MAX_FOOTER)}`
}

// Tell who writes with this token. A marker alone proves nothing: anybody can write one.
async function whoami(github) {
  const {viewer} = await github.graphql('query { viewer { login } }')
  return viewer.login
}

// Find the first that bears the mark and was written by `login`; all pages are looked at.
async function find(github, route, parameters, {marker, login}) {
  for await (const {data} of github.paginate.iterator(route, {...parameters, per_page: 100})) {
    for (const one of data) {
      if (one.user?.login === login && firstLine(one.body) === marker && !one.pull_request) {
        return one
      }
    }
  }
  return null
}

function firstLine(text) {
  return (text ?? '').split(/\r?\n/, 1)[0]
}

// Link to the run; server and repository are GitHub's words.
function link(context) {
  const {owner, repo} = context.repo
  return `${context.serverUrl}/${owner}/${repo}/actions/runs/${context.runId}`
}

module.exports = {mark, write, whoami, find, link}
