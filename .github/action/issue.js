// Keep one issue for each environment that is open while there is drift.

const {mark, write, whoami, find, link} = require('./project.js')

module.exports = async ({github, context, core}) => {
  const code = process.env.EXIT_CODE
  if (code !== '0' && code !== '2') {
    core.info('Nothing is known about drift: the issue stays as it is.')
    return
  }
  const marker = mark('voiceops-drift', process.env)
  const login = await whoami(github)
  const open = {...context.repo, state: 'open'}
  const found = await find(github, github.rest.issues.listForRepo, open, {marker, login})
  if (code === '2') {
    await tell({github, context, core, found, marker})
  } else if (found) {
    await close({github, context, core, found})
  } else {
    core.info('There is no drift, and no issue.')
  }
}

// Open the issue, or update it if the findings are others.
async function tell({github, context, core, found, marker}) {
  const body = write(marker, process.env, `Found by [this run](${link(context)}).`)
  if (!found) {
    const title = `Voices of ${titleOf(process.env)} have drifted`
    const {data} = await github.rest.issues.create({...context.repo, title, body})
    core.info(`Opened issue ${data.number}.`)
  } else if (findings(found.body) !== findings(body)) {
    await github.rest.issues.update({...context.repo, issue_number: found.number, body})
    core.info(`Updated issue ${found.number}.`)
  } else {
    core.info(`Issue ${found.number} says it already.`)
  }
}

async function close({github, context, core, found}) {
  const issue = {...context.repo, issue_number: found.number}
  const body = `There is no drift any more, says [this run](${link(context)}).`
  await github.rest.issues.createComment({...issue, body})
  await github.rest.issues.update({...issue, state: 'closed', state_reason: 'completed'})
  core.info(`Closed issue ${found.number}.`)
}

// A title has no code spans, but a mention in it is one: what is not plain is left out.
function titleOf(env) {
  return env.ENVIRONMENT.replace(/[^A-Za-z0-9_. -]/g, '').slice(0, 60) || 'an environment'
}

// The text without its last line, which names the run; as the web editor may have left it.
function findings(body) {
  return body.replace(/\r\n/g, '\n').trimEnd().split('\n').slice(0, -1).join('\n')
}
