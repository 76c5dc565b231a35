// Keep one comment on the pull request for each environment, and update it in place.

const {mark, write, whoami, find, link} = require('./project.js')

module.exports = async ({github, context, core}) => {
  const {number, head} = context.payload.pull_request
  const issue = {...context.repo, issue_number: number}
  const marker = mark('voiceops', process.env)
  const body = write(marker, process.env, `Plan of ${head.sha}, made by [this run](${link(context)}).`)

  const login = await whoami(github)
  const found = await find(github, github.rest.issues.listComments, issue, {marker, login})
  if (!found) {
    await github.rest.issues.createComment({...issue, body})
    core.info('Commented.')
  } else if (found.body !== body) {
    await github.rest.issues.updateComment({...context.repo, comment_id: found.id, body})
    core.info('Updated the comment.')
  } else {
    core.info('The comment says it already.')
  }
}
