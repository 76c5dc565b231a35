// Keep one issue for each environment, open while account and manifests do not agree.

const {mark, write, whoami, find, link} = require('./project.js')

module.exports = async ({github, context, core}) => {
  const code = process.env.EXIT_CODE
  if (code !== '0' && code !== '2') {
    core.info('Nothing is known of the account: the issue stays as it is.')
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
    core.info('Account and manifests agree, and there is no issue.')
  }
}

// Open the issue, or update it if the findings are others.
async function tell({github, context, core, found, marker}) {
  const body = write(marker, process.env, `Found by [this run](${link(context)}).`)
  const title = `Voices of ${plain(process.env.ENVIRONMENT) || 'an environment'}: ${plain(process.env.TITLE)}`
  if (!found) {
    const {data} = await github.rest.issues.create({...context.repo, title, body})
    core.info(`Opened issue ${data.number}.`)
  } else if (found.title !== title || findings(found.body) !== findings(body)) {
    await github.rest.issues.update({...context.repo, issue_number: found.number, title, body})
    core.info(`Updated issue ${found.number}.`)
  } else {
    core.info(`Issue ${found.number} says it already.`)
  }
}

async function close({github, context, core, found}) {
  const issue = {...context.repo, issue_number: found.number}
  const body = `Account and manifests agree again, says [this run](${link(context)}).`
  await github.rest.issues.createComment({...issue, body})
  await github.rest.issues.update({...issue, state: 'closed', state_reason: 'completed'})
  core.info(`Closed issue ${found.number}.`)
}

// A title has no code spans, but a mention in it is one: what is not plain is left out.
function plain(text) {
  return text.replace(/[^A-Za-z0-9_., -]/g, '').slice(0, 100)
}

// The text without its last line, which names the run; as the web editor may have left it.
function findings(body) {
  return body.replace(/\r\n/g, '\n').trimEnd().split('\n').slice(0, -1).join('\n')
}
